import { expect, test } from 'vitest'
import { startServer } from './support/test-server.ts'

test('answers a query with columns, rows, counts and what it cost', async () => {
  const { query } = await startServer()
  await query('main', 'create table users (id integer primary key, name text)')
  const inserted = await query('main', 'insert into users (name) values (?), (?)', ['Ada', 'Grace'])
  expect(inserted.body.data).toEqual({
    columns: [],
    rows: [],
    rowsRead: 0,
    rowsWritten: 2,
    changes: 2,
    lastInsertRowid: 2,
  })
  const { status, body } = await query('main', 'select id, name from users order by id')
  expect(status).toBe(200)
  expect(body).toEqual({
    success: true,
    data: {
      columns: ['id', 'name'],
      rows: [
        [1, 'Ada'],
        [2, 'Grace'],
      ],
      rowsRead: 2,
      rowsWritten: 0,
    },
    meta: {
      rowsRead: 2,
      rowsWritten: 0,
      durationMs: expect.any(Number),
      statementCount: 1,
      costUsd: 0.00000051,
    },
  })
})

test.each([
  ['text', 'naïve "quoted" \u2028 🦊'],
  ['null', null],
  ['a fraction', 0.1],
  ['a negative number', -5],
  ['the largest safe integer', Number.MAX_SAFE_INTEGER],
  ['a 64-bit integer', { $bigint: '9223372036854775807' }],
  ['the smallest 64-bit integer', { $bigint: '-9223372036854775808' }],
  ['bytes', { $bytes: 'AAH/' }],
  ['no bytes', { $bytes: '' }],
])('gives %s back as it was stored', async (_, value) => {
  const { query } = await startServer()
  await query('main', 'create table t (x)')
  const { body } = await query('main', 'insert into t values (?) returning x', [value])
  expect(body.data.rows).toEqual([[value]])
  expect((await query('main', 'select x from t')).body.data.rows).toEqual([[value]])
})

test('stores booleans as 1 and 0', async () => {
  const { query } = await startServer()
  expect((await query('main', 'select ?, ?', [true, false])).body.data.rows).toEqual([[1, 0]])
})

test('answers infinite numbers in a form that JSON has, and takes none', async () => {
  const { query } = await startServer()
  const { status, body } = await query('main', 'select 9e999, -9e999, 1.5')
  expect([status, body.data.rows]).toEqual([200, [[{ $number: 'Infinity' }, { $number: '-Infinity' }, 1.5]]])
  expect((await query('main', 'select ?', [{ $number: 'Infinity' }])).status).toBe(400)
})

test('reads columns again after the table has changed', async () => {
  const { query } = await startServer()
  await query('main', 'create table t (a)')
  await query('main', 'insert into t values (1)')
  expect((await query('main', 'select * from t')).body.data.columns).toEqual(['a'])
  await query('main', 'alter table t add column b default 2')
  expect((await query('main', 'select * from t')).body.data).toMatchObject({
    columns: ['a', 'b'],
    rows: [[1, 2]],
  })
})

test('counts the rows that triggers write', async () => {
  const { query, batch } = await startServer()
  await batch('main', [
    { sql: 'create table t (a)' },
    { sql: 'create table log (a)' },
    { sql: 'create trigger copy after insert on t begin insert into log values (new.a); end' },
  ])
  expect((await query('main', 'insert into t values (1)')).body.data).toMatchObject({
    rowsWritten: 2,
    changes: 1,
  })
})

test.each([
  ['a value too few', 'select ?, ?', [1], 'too_few_params'],
  ['a value too many', 'select ?', [1, 2], 'too_many_params'],
  ['no values', 'select ?2', [], 'too_few_params'],
  ['names', 'select :id', [1], 'invalid_statement'],
  ['a second statement', 'select 1; select 2', [], 'invalid_statement'],
  ['a hidden second statement', 'select 1; -- x\n /* ; */ drop table t', [], 'invalid_statement'],
  ['no statement', ' ; -- nothing', [], 'invalid_statement'],
  ['a zero byte', 'select 1\0 garbage', [], 'syntax_error'],
])('refuses %s', async (_, sql, params, kind) => {
  const { query } = await startServer()
  const { status, body } = await query('main', sql, params)
  expect([status, body.errorDetail?.kind]).toEqual([400, kind])
})

test.each([
  [
    'placeholders in quotes and comments',
    `select '?', "a?" from (select 1 as "a?") -- ?\n /* ? */`,
    [],
    ['?', 1],
  ],
  ['numbered placeholders', 'select ?2, ?1, ?2', ['a', 'b'], ['b', 'a', 'b']],
  ['numbers and plain placeholders', 'select ?1, ?, ?1', ['a', 'b'], ['a', 'b', 'a']],
  ['a semicolon and a comment at the end', 'select 1; -- done', [], [1]],
])('understands %s', async (_, sql, params, row) => {
  const { query } = await startServer()
  expect((await query('main', sql, params)).body.data?.rows).toEqual([row])
})

test.each([
  ['insert into t values (1, 1, 1)', 'unique_violation', { table: 't', column: 'id' }],
  ['insert into t values (2, null, 1)', 'not_null_violation', { table: 't', column: 'name' }],
  ['insert into t values (2, 1, 9)', 'fk_violation', {}],
  ['insert into t values (-1, 1, 1)', 'check_violation', { constraint: 'positive' }],
  ['select * from missing', 'unknown_table', { table: 'missing' }],
  ['select missing from t', 'unknown_column', { column: 'missing' }],
  ['insert into t (missing) values (1)', 'unknown_column', { table: 't', column: 'missing' }],
  ['selec 1', 'syntax_error', { near: 'selec' }],
  ['select (', 'syntax_error', {}],
])('tells why "%s" failed', async (sql, kind, fields) => {
  const { query, batch } = await startServer()
  await batch('main', [
    {
      sql: `create table t (id integer primary key, name not null, t_id references t (id),
        constraint positive check (id > 0))`,
    },
    { sql: 'insert into t values (1, 1, 1)' },
  ])
  const { status, body } = await query('main', sql)
  expect(status).toBe(400)
  expect(body).toMatchObject({ success: false, errorDetail: { kind, message: body.error, ...fields } })
})

test('applies all statements of a transaction or none, and tells which one failed', async () => {
  const { query, batch } = await startServer()
  await query('main', 'create table t (a unique)')
  const statements = [{ sql: 'insert into t values (1)' }, { sql: 'insert into t values (?)', params: [1] }]
  const { status, body } = await batch('main', statements, { transaction: true })
  expect(status).toBe(400)
  expect(body.errorDetail).toMatchObject({ kind: 'unique_violation', statementIndex: 1 })
  expect((await query('main', 'select a from t')).body.data.rows).toEqual([])
})

test.each([
  ['without a key', {}],
  ['with a key', { 'idempotency-key': 'k' }],
])('keeps what came before a failing statement of a batch that is no transaction, %s', async (_, headers) => {
  const { query, batch } = await startServer()
  await query('main', 'create table t (a unique)')
  const statements = [1, 2, 1, 3].map((value) => ({ sql: 'insert into t values (?)', params: [value] }))
  const { status, body } = await batch('main', statements, {}, { headers })
  expect([status, body.errorDetail.statementIndex]).toEqual([400, 2])
  expect((await query('main', 'select a from t')).body.data.rows).toEqual([[1], [2]])
})

test('leaves nothing behind of a statement whose result is too large', async () => {
  const { query, batch } = await startServer({ limits: { resultRows: 2 } })
  await query('main', 'create table t (a)')
  const insert = { sql: 'insert into t values (1), (2), (3) returning a' }
  for (const answer of [
    await query('main', insert.sql),
    await batch('main', [insert]),
    await batch('main', [insert], { transaction: true }),
    await batch('main', [insert], {}, { headers: { 'idempotency-key': 'k' } }),
  ]) {
    expect([answer.status, answer.body.errorDetail.kind]).toEqual([413, 'too_large'])
  }
  expect((await query('main', 'select count(*) from t')).body.data.rows).toEqual([[0]])
})

test('refuses to write for a request that promises to read only', async () => {
  const { query, call } = await startServer()
  await query('main', 'create table t (a)')
  const body = { sql: 'insert into t values (1)', readOnly: true }
  const answer = await call('POST', '/v1/db/acme/main/query', body)
  expect([answer.status, answer.body.errorDetail.kind]).toEqual([400, 'readonly'])
  expect((await query('main', 'select count(*) from t')).body.data.rows).toEqual([[0]])
})

test('keeps full-text tables with external content in step through triggers', async () => {
  const { query, batch } = await startServer()
  const { status } = await batch(
    'main',
    [
      { sql: 'create table note (id integer primary key, body text)' },
      {
        sql: `create virtual table note_fts using fts5(body, content='note', content_rowid='id',
          tokenize='porter unicode61')`,
      },
      {
        sql: `create trigger note_ai after insert on note begin
          insert into note_fts (rowid, body) values (new.id, new.body); end`,
      },
      { sql: 'insert into note (body) values (?)', params: ['how customers are paying'] },
    ],
    { transaction: true },
  )
  expect(status).toBe(200)
  const found = await query(
    'main',
    'select n.body from note_fts f join note n on n.id = f.rowid where note_fts match ? order by bm25(note_fts)',
    ['pay'],
  )
  expect(found.body.data.rows).toEqual([['how customers are paying']])
})

test('tells tables, columns, indexes, foreign keys and their SQL, and nothing of its own', async () => {
  const { batch, call } = await startServer()
  await batch(
    'main',
    [
      { sql: 'create table parent (id integer primary key)' },
      { sql: 'create table child (a text not null default 1, p references parent (id) on delete cascade)' },
      { sql: 'create unique index child_a on child (a, lower(a))' },
      { sql: 'insert into parent values (1), (2)' },
    ],
    {},
    { headers: { 'idempotency-key': 'k' } },
  )
  expect((await call('GET', '/v1/db/acme/main/tables')).body.data).toEqual([
    { name: 'child', rowCount: 0 },
    { name: 'parent', rowCount: 2 },
  ])
  const { body } = await call('GET', '/v1/db/acme/main/describe')
  expect(body.data.tables[0]).toEqual({
    table: 'child',
    description: null,
    columns: [
      { name: 'a', type: 'TEXT', notNull: true, primaryKey: 0, defaultValue: '1', description: null },
      { name: 'p', type: '', notNull: false, primaryKey: 0, defaultValue: null, description: null },
    ],
    foreignKeys: [
      {
        columns: ['p'],
        referencedTable: 'parent',
        referencedColumns: ['id'],
        onDelete: 'CASCADE',
        onUpdate: 'NO ACTION',
      },
    ],
    indexes: [{ name: 'child_a', unique: true, columns: ['a', null] }],
  })
  const schema = await call('GET', '/v1/db/acme/main/schema')
  expect(schema.body.data.map(({ name }: { name: string }) => name)).toEqual(['parent', 'child', 'child_a'])
})

test('explains and validates statements without running them', async () => {
  const { query, call } = await startServer()
  await query('main', 'create table t (a integer primary key)')
  const explained = await call('POST', '/v1/db/acme/main/explain', {
    sql: 'select * from t where a = ?',
    params: [1],
  })
  expect(explained.body.data.plan).toEqual([
    [expect.any(Number), 0, expect.any(Number), 'SEARCH t USING INTEGER PRIMARY KEY (rowid=?)'],
  ])
  const validate = async (sql: string, params: unknown[] = []) =>
    (await call('POST', '/v1/db/acme/main/validate', { sql, params })).body.data
  expect(await validate('delete from t')).toEqual({ ok: true })
  expect(await validate('delete from x')).toMatchObject({ ok: false, errorDetail: { kind: 'unknown_table' } })
  expect(await validate('select ?')).toMatchObject({ ok: false, errorDetail: { kind: 'too_few_params' } })
})

test.each([
  ['select * from docs where docs match ?', 'hunter2:x'],
  ['select * from docs where docs match ?', 'hunter2"'],
  [`select json_extract('{}', ?)`, 'hunter2'],
])('keeps parameters out of errors: %s', async (sql, param) => {
  const { query } = await startServer()
  await query('main', 'create virtual table docs using fts5(body)')
  const { status, body } = await query('main', sql, [param])
  expect(status).toBe(400)
  expect(JSON.stringify(body)).not.toContain('hunter2')
})

test('explains a virtual table without its place in the memory', async () => {
  const { query } = await startServer()
  const { body } = await query('main', `explain select * from json_each('[]')`)
  const operands = body.data.rows.map(([, opcode, , , , p4]: unknown[]) => [opcode, p4])
  expect(operands).toContainEqual(['VOpen', 'vtab'])
})
