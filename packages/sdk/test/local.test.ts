import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PerSQL, type PerSQLError } from '../src/index.ts'

let folder: string
let persql: PerSQL

beforeEach(() => {
  folder = temporaryFolder()
  persql = new PerSQL({ local: ':memory:' })
})

afterEach(() => persql.close())

const database = () => persql.database('acme/orders')
const TABLE = 'create table t (id integer primary key, value)'

test('runs queries and gives their results as the API does', async () => {
  await database().query(`
    ${TABLE}`)
  expect(await database().query('insert into t (value) values (?), (?)', ['a', 'b'])).toEqual({
    columns: [],
    rows: [],
    data: [],
    rowsRead: 0,
    rowsWritten: 2,
    changes: 2,
    lastInsertRowid: 2,
  })
  expect(await database().query('select * from t where id = ?', [2])).toEqual({
    columns: ['id', 'value'],
    rows: [[2, 'b']],
    data: [{ id: 2, value: 'b' }],
    rowsRead: 1,
    rowsWritten: 0,
  })
})

test('makes its file in the working folder of the moment when the client is made', async () => {
  const before = process.cwd()
  try {
    process.chdir(folder)
    await using client = new PerSQL({ local: 'agents.db' })
    process.chdir(tmpdir())
    await client.database('acme/orders').query(TABLE)
  } finally {
    process.chdir(before)
  }
  expect(existsSync(join(folder, 'agents.db'))).toBe(true)
})

test('gives back bytes, large integers and booleans as the API does', async () => {
  await database().query(TABLE)
  const params = [new Uint8Array([0, 255]), 2n ** 60n, true, null]
  await database().query('insert into t (value) values (?), (?), (?), (?)', params)
  const { rows } = await database().query('select value from t order by id')
  expect(rows).toEqual([[new Uint8Array([0, 255])], [2n ** 60n], [1], [null]])
})

test('shares one database among all handles of a client, whatever their names', async () => {
  await database().query(TABLE)
  await persql.database('other', 'name').query('insert into t (value) values (1)')
  expect(await database().tables()).toEqual([{ name: 't', rowCount: 1 }])
})

test('applies a transaction as a whole or not at all, and a batch up to the statement that fails', async () => {
  await database().query(TABLE)
  const statements = [{ sql: 'insert into t (value) values (1)' }, { sql: 'insert into missing values (1)' }]
  await expect(database().transaction(statements)).rejects.toMatchObject({
    status: 400,
    detail: { kind: 'unknown_table', table: 'missing', statementIndex: 1 },
  })
  expect(await database().tables()).toEqual([{ name: 't', rowCount: 0 }])
  await expect(database().batch(statements)).rejects.toMatchObject({
    detail: { kind: 'unknown_table', statementIndex: 1 },
  })
  expect(await database().tables()).toEqual([{ name: 't', rowCount: 1 }])
})

test('makes full-text tables with triggers that hold statements of their own', async () => {
  await database().batch([
    { sql: 'create table memory (name text, body text)' },
    {
      sql: `create virtual table memory_fts using fts5
        (name, body, content='memory', content_rowid='rowid', tokenize='porter unicode61')`,
    },
    {
      sql: `create trigger memory_ai after insert on memory begin
        insert into memory_fts (rowid, name, body) values (new.rowid, new.name, new.body); end`,
    },
    { sql: 'insert into memory values (?, ?)', params: ['billing', 'Customers paying by card'] },
  ])
  const { data } = await database().query('select name from memory_fts where memory_fts match ?', ['pay'])
  expect(data).toEqual([{ name: 'billing' }])
})

test('describes tables, columns, foreign keys and indexes, and gives the SQL that made them', async () => {
  const child =
    'create table child (t_id integer not null default 0 references t (id) on delete cascade, u text)'
  await database().batch([
    { sql: TABLE },
    { sql: child },
    { sql: 'create unique index child_u on child (u)' },
  ])
  expect(await database().describe()).toEqual({
    databaseDescription: null,
    tables: [
      {
        table: 'child',
        description: null,
        columns: [
          {
            name: 't_id',
            type: 'INTEGER',
            notNull: true,
            primaryKey: 0,
            defaultValue: '0',
            description: null,
          },
          { name: 'u', type: 'TEXT', notNull: false, primaryKey: 0, defaultValue: null, description: null },
        ],
        foreignKeys: [
          {
            columns: ['t_id'],
            referencedTable: 't',
            referencedColumns: ['id'],
            onDelete: 'CASCADE',
            onUpdate: 'NO ACTION',
          },
        ],
        indexes: [{ name: 'child_u', unique: true, columns: ['u'] }],
      },
      {
        table: 't',
        description: null,
        columns: [
          {
            name: 'id',
            type: 'INTEGER',
            notNull: false,
            primaryKey: 1,
            defaultValue: null,
            description: null,
          },
          { name: 'value', type: '', notNull: false, primaryKey: 0, defaultValue: null, description: null },
        ],
        foreignKeys: [],
        indexes: [],
      },
    ],
  })
  expect((await database().schema()).map(({ type, name, table }) => [type, name, table])).toEqual([
    ['table', 't', 't'],
    ['table', 'child', 'child'],
    ['index', 'child_u', 'child'],
  ])
  expect((await database().schema())[0]?.sql.toLowerCase()).toBe(TABLE)
})

test('explains and validates statements without running them', async () => {
  await database().query(TABLE)
  const { plan } = await database().explain('select * from t where id = ?', [1])
  expect(plan[0]?.[3]).toContain('SEARCH t')
  expect(await database().validate('insert into t (value) values (?)', [1])).toEqual({ ok: true })
  expect(await database().validate('insert into t (value) values (?)', [])).toMatchObject({ ok: false })
  expect(await database().validate('insert into missing values (1)')).toMatchObject({
    ok: false,
    error: 'no such table: missing',
    errorDetail: { kind: 'unknown_table' },
  })
  expect(await database().tables()).toEqual([{ name: 't', rowCount: 0 }])
})

test('serves Drizzle', async () => {
  const run = database().driver()
  await run(TABLE, [], 'run')
  expect(await run('insert into t (value) values (?) returning id', ['a'], 'all')).toEqual({ rows: [[1]] })
  expect(await run('select value from t', [], 'get')).toEqual({ rows: ['a'] })
})

test.each([
  ['insert into t (id) values (1)', { kind: 'unique_violation', table: 't', column: 'id' }],
  ['select missing from t', { kind: 'unknown_column', column: 'missing' }],
  ['selec 1', { kind: 'syntax_error', near: 'selec' }],
  ['select 1; select 2', { kind: 'invalid_statement' }],
  ['begin', { kind: 'invalid_statement' }],
  ['select ?', { kind: 'too_few_params' }],
])('tells of "%s" what is wrong with it', async (sql, detail) => {
  await database().batch([{ sql: TABLE }, { sql: 'insert into t (id) values (1)' }])
  await expect(database().query(sql)).rejects.toMatchObject({ code: 'api', status: 400, detail })
})

test.each([
  ['insert into t (value) values (1)', 400, 'readonly'],
  ['select zeroblob(2000000000)', 413, 'too_large'],
])('gives for "%s" in a call that only reads status %i', async (sql, status, kind) => {
  await database().query(TABLE)
  const call = database().query(sql, [], { readOnly: true })
  await expect(call).rejects.toMatchObject({ code: 'api', status, detail: { kind } })
})

test('gives status 507 for a full disk', async () => {
  await database().batch([{ sql: TABLE }, { sql: 'pragma max_page_count = 2' }])
  const call = database().query('insert into t (value) values (zeroblob(100000))')
  await expect(call).rejects.toMatchObject({ status: 507, detail: { kind: 'disk_full' } })
})

test.each([
  ['BUSY', 503, 'database_locked'],
  ['TOO_LARGE', 413, 'too_large'],
  ['FULL', 507, 'disk_full'],
  ['NOT_A_DATABASE', 500, 'unknown'],
  ['SQL_ERROR', 400, 'unknown'],
])('gives for %s of a driver, in words of its own, status %i', async (code, status, kind) => {
  const batch = () => Promise.reject(Object.assign(new Error('other words'), { code }))
  await using given = new PerSQL({ local: { batch, close: async () => {} } })
  const call = given.database('acme/orders').query('select 1')
  await expect(call).rejects.toMatchObject({ code: 'api', status, detail: { kind } })
})

test('leaves open whether a write was applied where the driver does', async () => {
  const batch = () => Promise.reject(Object.assign(new Error('unreachable'), { code: 'UNAVAILABLE' }))
  await using given = new PerSQL({ local: { batch, close: async () => {} } })
  const call = given.database('acme/orders').query('delete from t')
  await expect(call).rejects.toMatchObject({ code: 'network', message: 'unreachable' })
})

test('leaves out the shadow tables of full-text tables', async () => {
  await database().batch([
    { sql: 'create virtual table f using fts5 (x)' },
    { sql: 'create table f_data_of_mine (x)' },
  ])
  const names = ['f', 'f_data_of_mine']
  expect((await database().tables()).map(({ name }) => name)).toEqual(names)
  expect((await database().describe()).tables.map(({ table }) => table)).toEqual(names)
  expect((await database().schema()).map(({ name }) => name)).toEqual(names)
})

test('leaves out virtual tables whose module this SQLite does not have', async () => {
  const path = join(folder, 'other.db')
  const other = new DatabaseSync(path, { defensive: false })
  other.exec(`${TABLE}; create virtual table f using fts5 (x); pragma writable_schema = on;
    update sqlite_schema set sql = 'create virtual table f using gone (x)' where name = 'f'`)
  other.close()
  const local = new PerSQL({ local: path })
  const database = local.database('acme/orders')
  expect(await database.tables()).toContainEqual({ name: 't', rowCount: 0 })
  const { tables } = await database.describe()
  expect(tables.map(({ table }) => table)).not.toContain('f')
  expect((await database.schema()).map(({ name }) => name)).toContain('f')
  await local.close()
})

test('tells what is there, whatever a table or view is called', async () => {
  await database().batch([
    { sql: TABLE },
    { sql: `create view pragma_table_list as select 'main' as schema, 'other' as name, 'table' as type` },
    { sql: 'create table pragma_table_xinfo ("quo""ted" text not null)' },
    { sql: 'create unique index pragma_index_info on pragma_table_xinfo ("quo""ted")' },
  ])
  const names = ['pragma_table_xinfo', 't']
  expect((await database().tables()).map(({ name }) => name)).toEqual(names)
  const { tables } = await database().describe()
  expect(tables.map(({ table }) => table)).toEqual(names)
  expect(tables[0]).toMatchObject({
    columns: [{ name: 'quo"ted', type: 'TEXT', notNull: true }],
    indexes: [{ name: 'pragma_index_info', unique: true, columns: ['quo"ted'] }],
  })
  expect((await database().schema()).map(({ name }) => name)).toEqual([
    't',
    'pragma_table_list',
    'pragma_table_xinfo',
    'pragma_index_info',
  ])
})

test('refuses parameters that the API could not take', async () => {
  for (const param of [Number.NaN, undefined, {}, 2n ** 64n]) {
    const call = database().query('select ?', [param as unknown as null])
    await expect(call).rejects.toMatchObject({ code: 'invalid_argument' })
  }
})

test.each([
  ['select * from f where f match ?', 'hunter2:x', 'unknown_column', 'no such column: [redacted]'],
  ['select * from f where f match ?', 'x + (hunter2', 'syntax_error', 'fts5: syntax error near "[redacted]"'],
  ['select * from f where f match ?', '*hunter2 x', 'unknown', 'unknown special query: [redacted]'],
  [
    "select * from f where f match 'a' and rank match ?",
    'hunter2',
    'unknown',
    'parse error in rank function: [redacted]',
  ],
  ["select json_extract('{}', ? || '7')", 'hunter2', 'unknown', "bad JSON path: '[redacted]'"],
  ["select json_extract('{}', ?)", "it's hunter2", 'unknown', "bad JSON path: '[redacted]'"],
])('keeps parameters out of the errors of "%s" with "%s"', async (sql, param, kind, message) => {
  await database().batch([
    { sql: 'create virtual table f using fts5 (x)' },
    { sql: "insert into f values ('a')" },
  ])
  const error: unknown = await database()
    .query(sql, [param])
    .catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ name: 'PerSQLError', code: 'api', message })
  expect((error as PerSQLError).detail).toEqual({ kind, message })
})

test('rejects what has no meaning without the API, and says so', async () => {
  const { branches } = database()
  const calls = [
    persql.databases.create('a'),
    persql.databases.list(),
    persql.databases.get('a'),
    persql.databases.delete('a'),
    branches.upsert('r'),
    branches.list(),
    branches.claim(),
    branches.merge('r', { mode: 'schema' }),
    branches.delete('r'),
    persql.tokens.create('a'),
    persql.tokens.list(),
    persql.tokens.revoke('a'),
    persql.usage(),
    persql.me(),
  ]
  for (const call of calls) {
    await expect(call).rejects.toMatchObject({
      name: 'PerSQLError',
      code: 'local_mode',
      message: expect.stringContaining('local mode'),
    })
  }
})

test('makes the file at the first use, and keeps it', async () => {
  const path = join(folder, 'deep/agents.db')
  const first = new PerSQL({ local: path })
  const handle = first.database('acme/orders')
  expect(existsSync(path)).toBe(false)
  await handle.query(TABLE)
  await first.close()
  await first.close()
  await expect(handle.query('select 1')).rejects.toMatchObject({ code: 'closed' })
  await using again = new PerSQL({ local: path })
  expect(await again.database('acme/orders').tables()).toEqual([{ name: 't', rowCount: 0 }])
})

test('rejects calls that are aborted before they run', async () => {
  const signal = AbortSignal.abort()
  await expect(database().query('select 1', [], { signal })).rejects.toMatchObject({ code: 'aborted' })
})

test('needs neither a token nor the network', async () => {
  const fetch = vi.spyOn(globalThis, 'fetch')
  await database().query('select 1')
  expect(fetch).not.toHaveBeenCalled()
  fetch.mockRestore()
})

test('takes a driver, and closes it', async () => {
  const driver = betterSqlite3Driver(':memory:')
  await using given = new PerSQL({ local: driver })
  await given.database('acme/orders').query(TABLE)
  expect(await driver.batch([{ sql: 'select name from sqlite_schema' }])).toMatchObject([{ rows: [['t']] }])
  await given.close()
  await expect(driver.batch([{ sql: 'select 1' }])).rejects.toMatchObject({ code: 'DRIVER_CLOSED' })
  expect(() => new PerSQL({ local: {} as never })).toThrow('a SqlDriver')
})

test('closes a driver that it has not used', async () => {
  const driver = betterSqlite3Driver(':memory:')
  const given = new PerSQL({ local: driver })
  await given.close()
  await expect(driver.batch([{ sql: 'select 1' }])).rejects.toMatchObject({ code: 'DRIVER_CLOSED' })
})
