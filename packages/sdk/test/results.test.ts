import { expect, test } from 'vitest'
import { PerSQL } from '../src/index.ts'
import { EMPTY_RESULT, scriptedServer, success } from './support/scripted-server.ts'

async function answered<Result>(
  data: unknown,
  call: (database: ReturnType<PerSQL['database']>) => Promise<Result>,
  rest: object = {},
): Promise<Result> {
  await using server = await scriptedServer(success(data, rest))
  return await call(new PerSQL({ token: 't', baseURL: server.url, maxRetries: 0 }).database('acme/orders'))
}

test('gives rows as objects beside columns and cells', async () => {
  const answer = {
    columns: ['id', 'name'],
    rows: [
      [1, 'a'],
      [2, null],
    ],
    rowsRead: 2,
    rowsWritten: 0,
  }
  const result = await answered(answer, (database) => database.query<{ id: number }>('select'))
  expect(result).toEqual({
    ...answer,
    data: [
      { id: 1, name: 'a' },
      { id: 2, name: null },
    ],
  })
  expect(result.data[0]?.id).toBe(1)
  expect(JSON.parse(JSON.stringify(result))).toEqual({ ...result })
})

test('gives changes and the last row id where the server tells them', async () => {
  const answer = {
    ...EMPTY_RESULT,
    rowsWritten: 3,
    changes: 1,
    lastInsertRowid: { $bigint: '9007199254740993' },
  }
  const result = await answered(answer, (database) => database.query('insert'))
  expect(result).toMatchObject({ changes: 1, lastInsertRowid: 9007199254740993n, data: [] })
})

test('gives bytes, large integers and columns of any name', async () => {
  const columns = ['__proto__', 'a', 'a']
  const rows = [[{ $bytes: 'AP8=' }, { $bigint: '-9223372036854775808' }, { $bigint: '7' }]]
  const result = await answered({ ...EMPTY_RESULT, columns, rows }, (database) => database.query('select'))
  expect(result.rows).toEqual([[new Uint8Array([0, 255]), -(2n ** 63n), 7]])
  expect(Object.entries(result.data[0]!)).toEqual([
    ['__proto__', new Uint8Array([0, 255])],
    ['a', 7],
  ])
})

const META = { rowsRead: 1, rowsWritten: 0, durationMs: 2, statementCount: 1, costUsd: 0.0000005 }

test('finds the meta beside the data, and inside it', async () => {
  const beside = await answered(EMPTY_RESULT, (database) => database.query('select'), { meta: META })
  const inside = await answered({ ...EMPTY_RESULT, meta: META }, (database) => database.query('select'))
  expect([beside.meta, inside.meta]).toEqual([META, META])
})

test('gives each result of a batch the meta of the call', async () => {
  const call = (database: ReturnType<PerSQL['database']>) => database.batch([{ sql: 'a' }, { sql: 'b' }])
  const results = await answered([EMPTY_RESULT, EMPTY_RESULT], call, { meta: META })
  expect(results.map(({ meta }) => meta)).toEqual([META, META])
})

test('gives Drizzle the rows as each of its methods has them', async () => {
  const answer = {
    ...EMPTY_RESULT,
    columns: ['a', 'b'],
    rows: [
      [1, 2],
      [3, 4],
    ],
  }
  const rows = async (method: 'run' | 'all' | 'values' | 'get', data: unknown = answer) =>
    (await answered(data, (database) => database.driver()('select', [], method))).rows
  expect(await rows('all')).toEqual(answer.rows)
  expect(await rows('values')).toEqual(answer.rows)
  expect(await rows('get')).toEqual([1, 2])
  expect(await rows('get', EMPTY_RESULT)).toBeUndefined()
  expect(await rows('run', EMPTY_RESULT)).toEqual([])
})

test.each([
  ['no rows', { columns: ['a'] }],
  ['a cell of no known form', { ...EMPTY_RESULT, columns: ['a'], rows: [[{ $date: 'x' }]] }],
  ['no object', null],
])('rejects an answer with %s as an invalid response', async (_, data) => {
  await expect(answered(data, (database) => database.query('select'))).rejects.toMatchObject({
    code: 'invalid_response',
  })
})
