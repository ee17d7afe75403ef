import { expect, test } from 'vitest'
import { startServer } from './support/test-server.ts'

/** A database with two tables, a view, triggers, a virtual table, and what hides one behind the other. */
async function withTables() {
  const started = await startServer()
  const { status, body } = await started.batch('main', [
    { sql: 'create table open (id integer primary key, a)' },
    { sql: 'create table secret (id integer primary key, s)' },
    { sql: 'create table child (id integer primary key, open_id references open (id) on delete cascade)' },
    { sql: 'create view peek as select s from secret' },
    { sql: 'create view window as select a from open' },
    { sql: 'create table tattler (a)' },
    {
      sql: 'create trigger tell after insert on tattler begin insert into secret (s) values (new.a); end',
    },
    { sql: 'create virtual table docs using fts5(body)' },
    { sql: `create virtual table leak using fts5(s, content='secret', content_rowid='id')` },
    { sql: 'create virtual table places using rtree(id, x0, x1)' },
    { sql: `insert into open (a) values ('public')` },
    { sql: `insert into secret (s) values ('hidden')` },
    { sql: `insert into docs values ('words')` },
    { sql: `insert into leak (leak) values ('rebuild')` },
    { sql: 'insert into places values (1, 0, 1)' },
  ])
  if (status !== 200) throw new Error(body.error)
  return started
}

const contents = async ({ query }: Awaited<ReturnType<typeof startServer>>) => {
  const sql = `select (select group_concat(a) from open), (select group_concat(s) from secret),
    (select count(*) from child), (select count(*) from tattler), (select group_concat(body) from docs),
    (select count(*) from places), (select group_concat(sql) from sqlite_schema where name not like '\\_persql%' escape '\\')`
  return (await query('main', sql)).body.data.rows[0]
}

const READS = [
  'select * from open',
  'select * from peek',
  `select * from docs where docs match 'words'`,
  'select * from places where x0 < 1',
  'pragma table_info(open)',
  `select name from pragma_table_info('open')`,
  'pragma foreign_keys',
  'pragma user_version',
  'explain query plan select * from open',
  `select value from json_each('[1,2]')`,
  'with recursive n (i) as (select 1 union all select i + 1 from n where i < 3) select sum(i) from n',
]
const WRITES = [
  `insert into open (a) values ('x')`,
  'update open set a = 2',
  'delete from open',
  `insert into docs values ('more')`,
  'insert into places values (2, 0, 1)',
  'with w as (select 1 as a) insert into open (a) select a from w',
  `insert into open (id, a) values (1, 'y') on conflict (id) do update set a = excluded.a`,
  'replace into open (id, a) values (1, 2)',
  `insert into tattler values ('t') returning a`,
]
const SCHEMA_CHANGES = [
  'create table t2 (a)',
  'create temp table t2 (a)',
  'create index i on open (a)',
  'create view v2 as select 1',
  'create trigger t2 after insert on open begin select 1; end',
  'create virtual table f2 using fts5(a)',
  'create table t2 as select * from secret',
  'alter table open add column b',
  'alter table open rename to opened',
  'alter table open drop column a',
  'drop table open',
  'drop view window',
  'drop trigger tell',
  'reindex',
  'analyze',
  'pragma user_version = 5',
  'pragma optimize',
]

test.each(READS)('lets every role read: %s', async (sql) => {
  const started = await withTables()
  for (const role of ['readonly', 'readwrite', 'admin']) {
    const token = await started.token({ role })
    expect((await started.query('main', sql, [], { token })).body).toMatchObject({ success: true })
  }
})

test.each(WRITES)('keeps the role readonly from writing, and lets readwrite: %s', async (sql) => {
  const started = await withTables()
  const before = await contents(started)
  const readonly = { token: await started.token({ role: 'readonly' }) }
  for (const answer of [
    await started.query('main', sql, [], readonly),
    await started.batch('main', [{ sql }], { transaction: true }, readonly),
    await started.query('main', `explain ${sql}`, [], readonly),
  ]) {
    expect([answer.status, answer.body.errorDetail?.kind]).toEqual([403, 'readonly'])
  }
  expect(await contents(started)).toEqual(before)
  const readwrite = { token: await started.token({ role: 'readwrite' }) }
  expect((await started.query('main', sql, [], readwrite)).body).toMatchObject({ success: true })
  expect(await contents(started)).not.toEqual(before)
})

test.each(SCHEMA_CHANGES)('keeps readonly and readwrite from changing the schema: %s', async (sql) => {
  const started = await withTables()
  const before = await contents(started)
  for (const role of ['readonly', 'readwrite']) {
    const token = await started.token({ role })
    const answer = await started.query('main', sql, [], { token })
    expect([answer.status, answer.body.success]).toEqual([403, false])
  }
  expect(await contents(started)).toEqual(before)
})

const IN_SCOPE = [
  'select a from open',
  'select count(*) from open',
  'select (select a from open limit 1)',
  'with o as (select * from open) select * from o as secret',
  'with secret as (select a from open) select * from secret',
  `select body from docs where docs match 'words'`,
  `insert into docs values ('more')`,
  'update open set a = 5 where id = 1 returning a',
  'with w as (select 1 as a) insert into open (a) select a from w',
  'pragma table_info(open)',
  `select name from pragma_table_info('open')`,
  `select value from json_each('[1]')`,
]
const OUT_OF_SCOPE = [
  'select * from secret',
  'select count(*) from secret',
  'select 1 from secret',
  'select s.s from open, secret as s',
  'select * from open join secret using (id)',
  'select a from open where id in (select id from secret)',
  'select (select s from secret) from open',
  'select a from open where exists (select 1 from secret where secret.id = open.id)',
  'with open as (select * from secret) select * from open',
  'with o as (select * from secret) select * from o',
  'with recursive r (n) as (select 1 union all select n + 1 from r, secret where n < 3) select * from r',
  'select a from open union all select s from secret',
  'select a from open except select s from secret',
  'select * from (select * from (select s from secret))',
  'select a from open order by (select s from secret)',
  'select a from open group by a having a > (select max(s) from secret)',
  'select a, sum(id) over (order by (select s from secret)) from open',
  'select sum(id) over w from open window w as (partition by (select s from secret))',
  'select a from open intersect select s from secret limit 0',
  'select a from open limit (select count(*) from secret)',
  'with s as not materialized (select s from secret) select a from open, s',
  'select value from open, json_each((select s from secret))',
  'select value from secret, json_each(json_array(s))',
  'select * from open natural left join secret',
  'select coalesce(a, (select group_concat(s) from secret)) from open',
  'select * from peek',
  'select * from "SECRET"',
  'select * from main.secret',
  'select * from [secret]',
  'select/**/*/**/from/**/secret',
  'select rowid from secret',
  'values ((select s from secret))',
  'insert into open (a) select s from secret',
  'with w as (select s from secret) insert into open (a) select s from w',
  'insert into open (a) values ((select s from secret))',
  'update open set a = (select s from secret)',
  'update open set a = s.s from secret as s',
  'delete from open where a in (select s from secret)',
  'insert into open (a) values (1) returning (select s from secret)',
  'insert into open (id, a) values (1, 1) on conflict (id) do update set a = (select s from secret)',
  `insert into secret (s) values ('x')`,
  'update secret set s = 1',
  'delete from secret',
  'replace into secret (id, s) values (1, 2)',
  `insert into tattler values ('through a trigger')`,
  'delete from open',
  `select s from leak where leak match 'hidden'`,
  'select * from leak',
  'select * from places_node',
  'select * from sqlite_schema',
  'select * from sqlite_master',
  'select * from sqlite_temp_schema',
  'pragma table_info(secret)',
  `select * from pragma_table_info('secret')`,
  `select * from pragma_table_xinfo('secret')`,
  `select * from pragma_index_list('secret')`,
  `select * from pragma_foreign_key_list('secret')`,
  `select * from pragma_index_xinfo('sqlite_autoindex_secret_1')`,
  'select * from pragma_integrity_check',
  `select * from open, pragma_table_info('sec' || 'ret')`,
  'pragma table_list',
  'select * from pragma_table_list',
  'pragma index_info(secret_s)',
  'pragma integrity_check',
  'pragma foreign_key_check',
  'select * from dbstat',
  'explain select * from secret',
  'explain query plan select * from secret',
  'create table mine (a)',
  'create view mine as select * from secret',
  'create trigger mine after insert on open begin insert into secret (s) values (1); end',
  'drop table open',
  'alter table open add column b',
]

test.each(IN_SCOPE)('lets a table scope be used: %s', async (sql) => {
  const started = await withTables()
  for (const role of ['readwrite', 'admin']) {
    const token = await started.token({ role, tableScope: ['Open', 'docs', 'child'] })
    expect((await started.query('main', sql, [], { token })).body).toMatchObject({ success: true })
  }
})

test.each(OUT_OF_SCOPE)('keeps a table scope: %s', async (sql) => {
  const started = await withTables()
  const before = await contents(started)
  for (const role of ['readonly', 'readwrite', 'admin']) {
    // With the leak's name, but not the table that it shows; and without the trigger's target.
    const token = await started.token({ role, tableScope: ['open', 'docs', 'peek', 'leak', 'tattler'] })
    const answers = [
      await started.query('main', sql, [], { token }),
      await started.query('main', sql, [], { token }),
      await started.batch('main', [{ sql: 'select 1' }, { sql }], {}, { token }),
    ]
    // The plan of these tells nothing of the table: only running them would look into it.
    if (!/ leak|pragma_|^explain/.test(sql)) {
      answers.push(await started.call('POST', '/v1/db/acme/main/explain', { sql }, { token }))
    }
    for (const answer of answers) {
      expect([answer.status, answer.body.success, JSON.stringify(answer.body).includes('hidden')]).toEqual([
        403,
        false,
        false,
      ])
    }
  }
  expect(await contents(started)).toEqual(before)
})

test('names the table that a scope does not include', async () => {
  const started = await withTables()
  const token = await started.token({ role: 'readonly', tableScope: ['open'] })
  const { body } = await started.query('main', 'select * from Secret', [], { token })
  expect(body).toMatchObject({
    error: 'Token scope does not include table "secret"',
    errorDetail: { kind: 'forbidden', table: 'secret' },
  })
})

test('shows a table scope only its own tables', async () => {
  const started = await withTables()
  const options = { token: await started.token({ role: 'readonly', tableScope: ['open'] }) }
  const get = async (what: string) =>
    (await started.call('GET', `/v1/db/acme/main/${what}`, undefined, options)).body.data
  expect(await get('tables')).toEqual([{ name: 'open', rowCount: 1 }])
  expect((await get('describe')).tables.map(({ table }: { table: string }) => table)).toEqual(['open'])
  expect((await get('schema')).map(({ name }: { name: string }) => name)).toEqual(['open'])
})

test('gives a token nothing of what was prepared for a wider one', async () => {
  const started = await withTables()
  const sql = `select s from leak where leak match 'hidden'`
  const token = await started.token({ role: 'readonly', tableScope: ['leak'] })
  for (let round = 0; round < 3; round++) {
    expect((await started.query('main', sql)).body.data.rows).toEqual([['hidden']])
    expect((await started.query('main', sql, [], { token })).status).toBe(403)
  }
})

test('looks again at a kept statement when the schema has changed under it', async () => {
  const started = await withTables()
  const token = await started.token({ role: 'readonly', tableScope: ['window', 'open'] })
  const read = () => started.query('main', 'select a from window', [], { token })
  expect((await read()).body.data.rows).toEqual([['public']])
  await started.batch(
    'main',
    [{ sql: 'drop view window' }, { sql: 'create view window as select s as a from secret' }],
    { transaction: true },
  )
  expect(await read()).toMatchObject({ status: 403, body: { errorDetail: { table: 'secret' } } })
})

test('does not let a table take the place of one that a virtual table kept', async () => {
  const started = await withTables()
  const token = await started.token({ role: 'readonly' })
  expect((await started.query('main', 'select * from places', [], { token })).status).toBe(200)
  await started.batch('main', [
    { sql: 'drop table places' },
    { sql: 'create table places_node (a)' },
    { sql: 'create table places (id)' },
  ])
  const { status } = await started.query('main', 'insert into places_node values (1)', [], { token })
  expect(status).toBe(403)
})

test('keeps a scope from the data of a virtual table whose name begins with its own', async () => {
  const started = await withTables()
  await started.query('main', 'create virtual table open_notes using fts5(body)')
  await started.query('main', `insert into open_notes values ('hidden')`)
  const options = { token: await started.token({ role: 'readwrite', tableScope: ['open'] }) }
  for (const table of ['open_notes', 'open_notes_content', 'open_notes_data', 'open_notes_idx']) {
    expect((await started.query('main', `select * from ${table}`, [], options)).status).toBe(403)
  }
})

test.each([
  ['json_each', '[1]'],
  ['JSON_Tree', '[1]'],
  ['pragma_table_info', 'open'],
])(
  'takes a table with the name of the table-valued function %s for the table that it is',
  async (name, argument) => {
    const started = await withTables()
    const options = { token: await started.token({ role: 'readonly', tableScope: ['open'] }) }
    const use = `select * from ${name}('${argument}')`
    expect((await started.query('main', use, [], options)).status).toBe(200)
    for (const sql of [
      `alter table secret rename to ${name}`,
      `drop table ${name}`,
      `create view ${name} as select 'hidden' as s`,
    ]) {
      expect((await started.query('main', sql)).status).toBe(200)
      if (sql.startsWith('drop')) continue
      const { status, body } = await started.query('main', `select * from ${name}`, [], options)
      expect([status, body.errorDetail.table]).toEqual([403, name.toLowerCase()])
    }
  },
)

/** Tables that use one another through foreign keys, in both directions. */
async function withForeignKeys() {
  const started = await startServer()
  await started.batch('main', [
    { sql: 'create table parent (id integer primary key, p)' },
    { sql: 'create table cascading (id references parent (id) on update cascade on delete cascade)' },
    { sql: `insert into parent values (1, 'a'), (2, 'b')` },
    { sql: 'insert into cascading values (1)' },
  ])
  const rows = async () => {
    const sql = 'select group_concat(id), (select group_concat(id) from cascading) from parent'
    return (await started.query('main', sql)).body.data.rows[0]
  }
  return { ...started, rows }
}

test.each([
  ['delete from parent', 'parent', 'cascading'],
  ['delete from parent where id = 2', 'parent', 'cascading'],
  ['update parent set id = 9 where id = 1', 'parent', 'cascading'],
  ['insert or replace into parent values (1, 1)', 'parent', 'cascading'],
  ['insert into cascading values (2)', 'cascading', 'parent'],
  ['update cascading set id = 2', 'cascading', 'parent'],
])('counts a foreign key as a use of the other table: %s', async (sql, table, other) => {
  const { query, token, rows } = await withForeignKeys()
  const before = await rows()
  const narrow = await query('main', sql, [], { token: await token({ tableScope: [table] }) })
  expect([narrow.status, narrow.body.errorDetail]).toEqual([
    403,
    expect.objectContaining({ kind: 'forbidden', table: other }),
  ])
  expect(await rows()).toEqual(before)
  const wide = await query('main', sql, [], { token: await token({ tableScope: [table, other] }) })
  expect(wide.status).toBe(200)
  expect(await rows()).not.toEqual(before)
})

test('lets a scope write where no other table is concerned', async () => {
  const { query, token } = await withForeignKeys()
  await query('main', 'create table numbered (id integer primary key autoincrement, a)')
  const options = { token: await token({ role: 'readwrite', tableScope: ['parent', 'numbered'] }) }
  expect((await query('main', 'update parent set p = 1', [], options)).status).toBe(200)
  expect((await query('main', 'insert into numbered (a) values (1)', [], options)).status).toBe(200)
  expect((await query('main', 'select * from sqlite_sequence', [], options)).status).toBe(403)
})

const RECORDS = 'sqlite_persql_idempotency_2'
const belongs = [403, `The table "${RECORDS}" belongs to the server.`] as const
const reserved = [400, 'object name reserved for internal use: sqlite_persql_mine'] as const
const altered = [400, `table ${RECORDS} may not be altered`] as const
const FORMER = [403, 'belong to the server.'] as const
const HIDDEN: readonly (readonly [sql: string, status: number, error: string])[] = [
  [`select * from ${RECORDS}`, ...belongs],
  [`select count(*) from ${RECORDS}`, ...belongs],
  ['select * from SQLite_PERSQL_Idempotency_2', ...belongs],
  [`with x as (select * from ${RECORDS}) select * from x`, ...belongs],
  [`insert into ${RECORDS} (key) values (1)`, ...belongs],
  [`update ${RECORDS} set reply = 1`, ...belongs],
  [`delete from ${RECORDS}`, ...belongs],
  [`drop table ${RECORDS}`, ...belongs],
  [`alter table ${RECORDS} add column x`, ...altered],
  [`alter table ${RECORDS} rename to mine`, ...altered],
  ['alter table open rename to sqlite_persql_mine', ...reserved],
  ['create table sqlite_persql_mine (a)', ...reserved],
  ['create view sqlite_persql_mine as select 1', ...reserved],
  ['create index sqlite_persql_mine on open (a)', ...reserved],
  ['create trigger sqlite_persql_mine after insert on open begin select 1; end', ...reserved],
  ['create virtual table sqlite_persql_mine using fts5(a)', ...reserved],
  [`create index mine on ${RECORDS} (reply)`, 400, `table ${RECORDS} may not be indexed`],
  [
    `create trigger mine after insert on ${RECORDS} begin select 1; end`,
    400,
    'cannot create trigger on system table',
  ],
  ['create table _persql_mine (a)', 403, 'The table "_persql_mine" belongs to the server.'],
  ['create view _persql_mine as select 1', 403, 'The table "_persql_mine" belongs to the server.'],
  ['create index _persql_mine on open (a)', 403, 'The table "_persql_mine" belongs to the server.'],
  [
    'create trigger _persql_mine after insert on open begin select 1; end',
    403,
    'The table "_persql_mine" belongs to the server.',
  ],
  ['create virtual table _persql_mine using fts5(a)', 403, 'The table "_persql_mine" belongs to the server.'],
  ['alter table open rename to _persql_mine', ...FORMER],
  ['alter table open rename to _persql_idempotency', ...FORMER],
]

test.each(HIDDEN)('keeps the tables of the server from everybody: %s', async (sql, status, error) => {
  const started = await withTables()
  const key = { headers: { 'idempotency-key': 'k' } }
  await started.query('main', `insert into open (a) values ('first')`, [], key)
  const before = await contents(started)
  const answer = await started.query('main', sql)
  expect([answer.status, answer.body.error]).toEqual([status, expect.stringContaining(error)])
  expect(await contents(started)).toEqual(before)
  const replay = await started.query('main', `insert into open (a) values ('first')`, [], key)
  expect(replay.headers.get('idempotency-replayed')).toBe('true')
})

test.each(['admin', 'readwrite', 'readonly'])(
  'shows a list of tables and columns to the role %s, and nothing of the tables of the server',
  async (role) => {
    const started = await withTables()
    await started.query('main', `insert into open (a) values (1)`, [], {
      headers: { 'idempotency-key': 'k' },
    })
    const options = { token: await started.token({ role }) }
    const rows = async (sql: string) => {
      const { status, body } = await started.query('main', sql, [], options)
      expect(status).toBe(200)
      return body.data.rows
    }
    // The condition is the one of SQLite's own shell, and of the programs that list tables.
    const tables = await rows(
      `select m.name, p.name from sqlite_master m, pragma_table_info(m.name) p
        where m.name not like 'sqlite\\_%' escape '\\' order by 1, 2`,
    )
    expect(tables).toContainEqual(['open', 'a'])
    expect(JSON.stringify(tables)).not.toContain('_persql_')
    const everything = await rows('select m.name, p.name from sqlite_master m, pragma_table_xinfo(m.name) p')
    expect(JSON.stringify(everything)).not.toContain('_persql_')
    for (const pragma of ['table_info', 'table_xinfo', 'index_list', 'foreign_key_list', 'index_info']) {
      expect(await rows(`pragma ${pragma}(${RECORDS})`)).toEqual([])
      expect(await rows(`select * from pragma_${pragma}('${RECORDS}')`)).toEqual([])
    }
  },
)

test('fails what reaches a table of the server through a view, a trigger or a virtual table', async () => {
  const started = await withTables()
  await started.query('main', `insert into open (a) values (1)`, [], { headers: { 'idempotency-key': 'k' } })
  await started.batch('main', [
    { sql: `create view v as select reply from ${RECORDS}` },
    { sql: `create trigger t after update on open begin delete from ${RECORDS}; end` },
    { sql: `create virtual table w using fts5(reply, content='${RECORDS}')` },
  ])
  for (const sql of [
    'select * from v',
    'update open set a = 1',
    'select * from w',
    `insert into w (w) values ('rebuild')`,
  ]) {
    expect((await started.query('main', sql)).status).toBe(403)
  }
})

test('counts rows for a list of tables as the token, which may not reach what a virtual table shows', async () => {
  const started = await withTables()
  await started.query('main', `insert into open (a) values (1)`, [], { headers: { 'idempotency-key': 'k' } })
  await started.query('main', `create virtual table own using fts5(reply, content='${RECORDS}')`)
  const scoped = { token: await started.token({ role: 'readonly', tableScope: ['leak', 'open'] }) }
  for (const [options, hidden] of [
    [scoped, 'leak'],
    [{}, 'own'],
  ] as const) {
    const { body } = await started.call('GET', '/v1/db/acme/main/tables', undefined, options)
    expect(body.data).toContainEqual({ name: 'open', rowCount: 2 })
    expect(body.data.map(({ name }: { name: string }) => name)).not.toContain(hidden)
    expect((await started.query('main', `select * from ${hidden}`, [], options)).status).toBe(403)
  }
})

test('tells what keeps a table from being counted, also after one that the token may not count', async () => {
  const { call, query } = await withTables()
  await query('main', `insert into open (a) values (1)`, [], { headers: { 'idempotency-key': 'k' } })
  await query('main', `create virtual table own using fts5(reply, content='${RECORDS}')`)
  await query('main', 'create table text (words)')
  await query('main', `create virtual table z using fts5(words, content='text')`)
  expect((await call('GET', '/v1/db/acme/main/tables')).status).toBe(200)
  await query('main', 'drop table text')
  expect((await call('GET', '/v1/db/acme/main/tables')).status).toBe(400)
})

test('lets no table take the name of the records before there are any', async () => {
  const { query } = await startServer()
  await query('main', 'create table open (a)')
  await query('main', 'create trigger tell after insert on open begin select 1; end')
  expect((await query('main', 'alter table open rename to _persql_idempotency')).status).toBe(403)
  const write = await query('main', 'insert into open values (1)', [], {
    headers: { 'idempotency-key': 'k' },
  })
  expect(write.status).toBe(200)
})

test('compares names as SQLite does, which knows the case of ASCII letters only', async () => {
  const { query, token } = await startServer()
  await query('main', 'create table "Ä" (a)')
  await query('main', 'create table "Open" (a)')
  const options = { token: await token({ role: 'readonly', tableScope: ['ä', 'OPEN'] }) }
  expect((await query('main', 'select * from open', [], options)).status).toBe(200)
  expect((await query('main', 'select * from "Ä"', [], options)).status).toBe(403)
})

test('takes a change of the statistics for a write', async () => {
  const { query, batch } = await startServer()
  await query('main', 'create table t (a)')
  await query('main', 'create index i on t (a)')
  await query('main', 'insert into t values (1)')
  await query('main', 'analyze')
  const sql = 'delete from sqlite_stat1'
  expect((await batch('main', [{ sql }], { readOnly: true })).status).toBe(400)
  expect((await query('main', 'select count(*) from sqlite_stat1')).body.data.rows).toEqual([[1]])
})

test('analyzes and reindexes around the tables of the server', async () => {
  const started = await withTables()
  await started.query('main', `insert into open (a) values (1)`, [], { headers: { 'idempotency-key': 'k' } })
  for (const sql of ['analyze', 'reindex', 'pragma optimize']) {
    expect((await started.query('main', sql)).body).toMatchObject({ success: true })
  }
})
