import { recordingDriver } from '@persql/test-support/recording-driver'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type SqlDriver,
  type SqlStatement,
  StorageError,
  type TableGroup,
  TableMaker,
  type WithoutTables,
} from '../src/index.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'

const NOTES: TableGroup = { name: 'notes', create: [{ sql: 'create table if not exists notes (text)' }] }
const TAGS: TableGroup = { name: 'tags', create: [{ sql: 'create table if not exists tags (name)' }] }
const ADD = { sql: `insert into notes values ('a')` }
const COUNT = { sql: 'select count(*) from notes' }
const TAG = { sql: `insert into tags values ('b')` }
const REFUSE: WithoutTables = (error) => {
  throw new StorageError('NO_SUCH_TABLE', 'There are no notes.', { cause: error })
}

let driver: SqlDriver
let batches: (readonly SqlStatement[])[]

beforeEach(() => {
  ;({ driver, batches } = recordingDriver(nodeSqliteDriver(':memory:')))
})

afterEach(() => driver.close())

const sent = () => batches.map((batch) => batch.map(({ sql }) => sql.split(' ')[0]))

/** The driver, without the right to make tables. */
function mayNotMake(): SqlDriver {
  return {
    ...driver,
    async batch(statements, options) {
      if (!statements.some(({ sql }) => sql.startsWith('create'))) return driver.batch(statements, options)
      throw new StorageError('READ_ONLY', 'This token may not make tables.')
    },
  }
}

test('makes tables ahead of the first batch that needs them, for all makers of the driver', async () => {
  await new TableMaker(driver, true).run([COUNT], [NOTES], { readOnly: true }, REFUSE)
  const results = await new TableMaker(driver, true).run([ADD, COUNT], [NOTES], {}, REFUSE)
  expect(results.map(({ rows }) => rows)).toEqual([[], [[1]]])
  await new TableMaker(driver, true).run([TAG], [NOTES, TAGS], {}, REFUSE)
  expect(sent()).toEqual([
    ['create', 'select'],
    ['insert', 'select'],
    ['create', 'insert'],
  ])
})

test('makes the tables of each driver', async () => {
  const other = recordingDriver(nodeSqliteDriver(':memory:'))
  for (const one of [driver, other.driver]) await new TableMaker(one, true).run([ADD], [NOTES], {}, REFUSE)
  expect(other.batches).toHaveLength(1)
  await other.driver.close()
})

test('tells a group what its statements have returned, once they have taken effect', async () => {
  const told: unknown[] = []
  const counted: TableGroup = {
    name: 'counted',
    create: [...NOTES.create, COUNT],
    created: (results) => told.push(results.map(({ rows }) => rows)),
  }
  const maker = new TableMaker(driver, true)
  await expect(maker.run([{ sql: 'selec' }], [TAGS, counted], {}, REFUSE)).rejects.toThrow()
  expect(told).toEqual([])
  await maker.run([ADD], [TAGS, counted], {}, REFUSE)
  await maker.run([ADD], [TAGS, counted], {}, REFUSE)
  expect(told).toEqual([[[], [[0]]]])
})

test('makes tables again that somebody has dropped, once', async () => {
  const maker = new TableMaker(driver, true)
  await maker.run([ADD, TAG], [NOTES, TAGS], {}, REFUSE)
  await driver.batch([{ sql: 'drop table notes' }, { sql: 'drop table tags' }])
  batches.length = 0
  await maker.run([ADD], [NOTES], {}, REFUSE)
  await maker.run([TAG], [NOTES, TAGS], {}, REFUSE)
  await expect(maker.run([{ sql: 'select 1 from nowhere' }], [NOTES], {}, REFUSE)).rejects.toMatchObject({
    code: 'NO_SUCH_TABLE',
    message: expect.stringContaining('nowhere'),
  })
  expect(sent()).toEqual([
    ['insert'],
    ['create', 'insert'],
    ['insert'],
    ['create', 'create', 'insert'],
    ['select'],
    ['create', 'select'],
  ])
})

test('runs without making where the right to it is missing, and tries it only until tables were found', async () => {
  let refused = 0
  const reader = mayNotMake()
  const counting: SqlDriver = {
    ...reader,
    batch(statements, options) {
      if (statements.some(({ sql }) => sql.startsWith('create'))) refused += 1
      return reader.batch(statements, options)
    },
  }
  const maker = new TableMaker(counting, true)
  expect(await maker.run([COUNT], [NOTES], { readOnly: true }, () => [])).toEqual([])
  await expect(maker.run([ADD], [NOTES], {}, REFUSE)).rejects.toThrow('There are no notes.')
  await new TableMaker(driver, true).run([ADD], [NOTES], {}, REFUSE)
  for (let count = 0; count < 2; count++) await maker.run([ADD], [NOTES], {}, REFUSE)
  expect(refused).toBe(3)
})

test('leaves tables to others where it is told to', async () => {
  const maker = new TableMaker(driver, false)
  const given: unknown[] = []
  await maker.run([COUNT], [NOTES], {}, (error) => {
    given.push(error)
    return []
  })
  expect(given).toMatchObject([{ code: 'NO_SUCH_TABLE' }])
  await driver.batch(NOTES.create)
  await maker.run([ADD], [NOTES], {}, REFUSE)
  expect(sent()).toEqual([['select'], ['create'], ['insert']])
})

test('passes other failures on, also where tables could not be made', async () => {
  const busy: SqlDriver = {
    ...driver,
    async batch(statements) {
      const isMaking = statements.some(({ sql }) => sql.startsWith('create'))
      throw new StorageError(isMaking ? 'READ_ONLY' : 'BUSY', 'Refused.')
    },
  }
  await expect(
    new TableMaker(busy, true).run([COUNT], [NOTES], { readOnly: true }, () => []),
  ).rejects.toMatchObject({ code: 'BUSY' })
})
