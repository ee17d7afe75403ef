import { expect, test } from 'vitest'
import { startServer } from './support/test-server.ts'

const LIES = [
  `create view pragma_table_list as select 'main' as schema, 'secret' as name, 'shadow' as type`,
  `create view pragma_table_xinfo as select 'x' as name, '' as type, 0 as "notnull", 1 as pk, null as dflt_value, 0 as hidden, 0 as cid, 't' as arg`,
  'create table pragma_foreign_key_list (id, seq, "table", "from", "to", on_update, on_delete)',
  `create view pragma_index_list as select 'x' as name, 1 as "unique"`,
  'create virtual table pragma_index_info using fts5(seqno, name)',
  'create table json_each (key, value)',
  'create view json_tree as select * from secret',
]
const TABLES = [
  'create table secret (id integer primary key, s text)',
  `insert into secret values (1, 'hidden')`,
  'create table t (id integer primary key, a text not null)',
  'create unique index t_a on t (a)',
]

async function start(lies: 'in the parent' | 'merged from a branch') {
  const started = await startServer()
  const { call, query } = started
  const all = async (database: string, statements: readonly string[], token?: string) => {
    for (const sql of statements) {
      expect(await query(database, sql, [], { token })).toMatchObject({ status: 200 })
    }
  }
  await all('main', TABLES)
  if (lies === 'in the parent') await all('main', LIES)
  else {
    const claimed = await call('POST', '/v1/db/acme/main/branches/claim', { role: 'admin' })
    const { token, branchRef, databaseSlug } = claimed.body.data
    await all(databaseSlug, LIES, token)
    const merged = await call('POST', `/v1/db/acme/main/branches/${branchRef}/merge`, { mode: 'schema' })
    expect(merged.body.data.applied).toHaveLength(LIES.length)
  }
  return started
}

test.each(['in the parent', 'merged from a branch'] as const)(
  'decides what a token may do by what is there, whatever an object %s is called',
  async (lies) => {
    const { query, token } = await start(lies)
    const readonly = await token({ role: 'readonly' })
    const writes = [
      `update secret set s = 'x'`,
      'delete from secret',
      `insert into secret (s) values ('x')`,
      `replace into secret values (1, 'x')`,
    ]
    for (const sql of writes) {
      const { status, body } = await query('main', sql, [], { token: readonly })
      expect([sql, status, body.error]).toEqual([sql, 403, 'The token may only read.'])
    }
    const scoped = await token({ tableScope: ['t'] })
    const outside = [...writes, 'select * from secret', 'select s from secret, t', 'select * from json_tree']
    for (const sql of outside) {
      const { status, body } = await query('main', sql, [], { token: scoped })
      expect([sql, status, body.error]).toEqual([sql, 403, 'Token scope does not include table "secret"'])
    }
    for (const name of ['pragma_table_list', 'json_each', 'pragma_index_info']) {
      const { status, body } = await query('main', `select * from ${name}`, [], { token: scoped })
      expect([name, status, body.error]).toEqual([name, 403, `Token scope does not include table "${name}"`])
    }
    expect((await query('main', 'select * from secret')).body.data.rows).toEqual([[1, 'hidden']])
  },
)

test('describes what is there, whatever an object is called', async () => {
  const { call } = await start('in the parent')
  const get = async (what: string) => (await call('GET', `/v1/db/acme/main/${what}`)).body.data
  const names = ['json_each', 'pragma_foreign_key_list', 'pragma_index_info', 'secret', 't']
  expect((await get('tables')).map(({ name }: { name: string }) => name)).toEqual(names)
  const { tables } = await get('describe')
  expect(tables.map(({ table }: { table: string }) => table)).toEqual(names)
  expect(tables.at(-1)).toEqual({
    table: 't',
    description: null,
    columns: [
      { name: 'id', type: 'INTEGER', notNull: false, primaryKey: 1, defaultValue: null, description: null },
      { name: 'a', type: 'TEXT', notNull: true, primaryKey: 0, defaultValue: null, description: null },
    ],
    foreignKeys: [],
    indexes: [{ name: 't_a', unique: true, columns: ['a'] }],
  })
  expect((await get('schema')).map(({ name }: { name: string }) => name)).toEqual([
    'secret',
    't',
    't_a',
    'pragma_table_list',
    'pragma_table_xinfo',
    'pragma_foreign_key_list',
    'pragma_index_list',
    'pragma_index_info',
    'json_each',
    'json_tree',
  ])
})

test('makes a branch and merges it, whatever an object is called', async () => {
  const { call, query } = await start('in the parent')
  expect((await call('PUT', '/v1/db/acme/main/branches/b', {})).status).toBe(200)
  expect((await query('main.b', 'alter table t add column c')).status).toBe(200)
  const merged = await call('POST', '/v1/db/acme/main/branches/b/merge', { mode: 'schema' })
  expect(merged.body.data.applied).toEqual(['alter table "t" add column c'])
})
