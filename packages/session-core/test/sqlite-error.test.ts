import { expect, test } from 'vitest'
import type { SqlStatement } from '../src/index.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'

const SETUP = [
  { sql: 'create virtual table f using fts5 (body)' },
  { sql: 'create table t (id integer primary key, name text unique)' },
  { sql: "insert into t (name) values ('taken')" },
]

async function messageOf(statement: SqlStatement): Promise<string> {
  const driver = nodeSqliteDriver(':memory:')
  await driver.batch(SETUP)
  const error: unknown = await driver.batch([statement]).catch((thrown) => thrown)
  await driver.close()
  return String(error)
}

test.each<[string, string]>([
  ["select json_extract('{}', ?)", 'hunter2'],
  ["select json_set('{}', ?, 1)", '$.a[hunter2'],
  ['select * from f where f match ?', 'hunter2 : x'],
  ['select * from f where f match ?', '"a" hunter2^ ('],
  ['insert into f (f) values (?)', 'hunter2'],
  ['select * from f where f match ? and rank match 1', 'hunter2:x'],
])('tells nothing of the parameter of: %s', async (sql, param) => {
  const message = await messageOf({ sql, params: [param] })
  expect(message).toContain('StorageError: Statement 0: ')
  expect(message).not.toContain('hunter2')
})

test.each([
  ['select absent from t', 'no such column: absent'],
  ['select t.absent from t', 'no such column: t.absent'],
  ['select absent(id) from t', 'no such function: absent'],
  ['select * from missing', 'no such table: missing'],
  ['insert into t (absent) values (1)', 'table t has no column named absent'],
  ["insert into t (name) values ('taken')", 'UNIQUE constraint failed: t.name'],
  ['selec 1', 'near "selec": syntax error'],
  ["select json_extract('{}', 'a')", "bad JSON path: 'a'"],
  ["select json_extract('{}', '')", "bad JSON path: ''"],
])('tells what is wrong with: %s', async (sql, text) => {
  expect(await messageOf({ sql })).toBe(`StorageError: Statement 0: ${text}`)
})
