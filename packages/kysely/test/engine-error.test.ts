import { expect, test } from 'vitest'
import { engineError } from '../src/engine-error.ts'

// What clients of engines that do not run in these tests throw, and where it is known from.
const POSTGRES: [state: string, code: string][] = [
  ['23505', 'CONSTRAINT'],
  ['42P01', 'NO_SUCH_TABLE'],
  ['42601', 'INVALID_STATEMENT'],
  ['22P02', 'INVALID_STATEMENT'],
  ['08P01', 'INVALID_STATEMENT'],
  ['08006', 'UNAVAILABLE'],
  ['57P01', 'UNAVAILABLE'],
  ['40001', 'BUSY'],
  ['55P03', 'BUSY'],
  ['25006', 'READ_ONLY'],
  ['53100', 'FULL'],
  ['XX000', 'SQL_ERROR'],
]

test('errors of Postgres get their code from the SQLSTATE in `code`', () => {
  for (const [state, code] of POSTGRES) {
    const cause = Object.assign(new Error('secret'), { code: state })
    expect(engineError('postgres', cause, 3)).toMatchObject({
      name: 'StorageError',
      code,
      cause,
      statementIndex: 3,
    })
  }
})

test('errors of MySQL get their code from `sqlState`', () => {
  const duplicate = Object.assign(new Error("Duplicate entry 'secret'"), {
    code: 'ER_DUP_ENTRY',
    sqlState: '23000',
  })
  expect(engineError('mysql', duplicate)).toMatchObject({ code: 'CONSTRAINT', cause: duplicate })
  const missing = Object.assign(new Error('no table'), { code: 'ER_NO_SUCH_TABLE', sqlState: '42S02' })
  expect(engineError('mysql', missing)).toMatchObject({ code: 'NO_SUCH_TABLE' })
})

test('messages of Postgres and MySQL, which may quote parameters, stay in the cause', () => {
  const cause = Object.assign(new Error('Duplicate entry "secret"'), { code: '23505' })
  const { message } = engineError('postgres', cause, 0)
  expect(message).not.toContain('secret')
  expect(message).toContain('Statement 0')
  expect(message).toContain('23505')
})

test('anything else is SQL_ERROR', () => {
  for (const thrown of [new Error('secret'), 'secret', undefined, { code: 'ECONNRESET' }]) {
    expect(engineError('postgres', thrown)).toMatchObject({ code: 'SQL_ERROR', cause: thrown })
  }
})
