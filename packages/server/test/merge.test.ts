import { expect, test } from 'vitest'
import { startServer } from './support/test-server.ts'

/** A parent and a branch of it: `statements` run in the branch. */
async function withBranch(parent: readonly string[], statements: readonly string[]) {
  const { call, query } = await startServer()
  const all = async (database: string, sqls: readonly string[]) => {
    for (const sql of sqls) expect(await query(database, sql)).toMatchObject({ status: 200 })
  }
  const schema = async (database: string) =>
    (await call('GET', `/v1/db/acme/${database}/schema`)).body.data
      .map(({ type, name, sql }: Record<string, string>) => [type, name, sql])
      .toSorted()
  await all('main', parent)
  await call('PUT', '/v1/db/acme/main/branches/b', {})
  await all('main.b', statements)
  const merge = async () => {
    const { status, body } = await call('POST', '/v1/db/acme/main/branches/b/merge', { mode: 'schema' })
    return { status, applied: body.data?.applied, error: body.error }
  }
  return { merge, schema, query }
}

const SECRET = 'create table secret (s)'
const T = 'create table t (a int, c int)'

test.each([
  [
    'a second statement behind a line comment',
    'a int, d int , b int -- x , c int; drop table secret; /* [\n, c int',
  ],
  ['a second statement behind a comment', 'a int, d int /* , x int; drop table secret; */, c int'],
  ['a second statement in a text', `a int, d text default ', x int; drop table secret; --', c int`],
  ['a second statement in a name', 'a int, "d, x int; drop table secret; --" int, c int'],
  ['a second statement in brackets', 'a int, [d, x int; drop table secret; --] int, c int'],
  ['a second statement after the last column', 'a int, c int, b int -- x; drop table secret; /*\n'],
  ['a column with another first comment', 'a int /* ; drop table secret; */, c int, d int'],
])('makes nothing but columns of a table with %s', async (_, columns) => {
  const { merge, schema, query } = await withBranch(
    [SECRET, T],
    ['drop table t', `create table t (${columns})`],
  )
  const before = await schema('main')
  expect(await merge()).toMatchObject({
    status: 409,
    error: 'The table "t" changed in the branch by more than added columns. Change the parent by hand.',
  })
  expect(await schema('main')).toEqual(before)
  expect((await query('main', 'select * from secret')).status).toBe(200)
})

test.each([
  ['a comment', 'b int /* a, b */'],
  ['an apostrophe in a comment', `b int /* it's */`],
  ['an open bracket in a comment', 'b int /* [ ( " ` */'],
  ['a second statement in a comment', 'b int /* ; drop table secret */'],
  ['commas in a check', `b text check (b in ('a', 'b,c', ')'))`],
  ['commas in a name', '"b, c" int'],
  ['a comment in a name', '"b -- /* it\'s" int default 3'],
  ['a generated value', `b text generated always as (a || ', ' || c) virtual`],
  ['a reference', 'b int references secret (s) on delete set null'],
  ['a name that is a word of the table', 'check_ int'],
])('merges an added column with %s unchanged', async (_, column) => {
  const { merge, schema } = await withBranch(
    [SECRET, 'create table t (a int, c int, check (a > 0), unique (c))', 'insert into t values (1, 2)'],
    [`alter table t add column ${column}`, `alter table t add column "last, one" int -- said\n default 3`],
  )
  expect(await merge()).toEqual({
    status: 200,
    applied: [
      `alter table "t" add column ${column}`,
      `alter table "t" add column "last, one" int -- said\n default 3`,
    ],
  })
  expect(await schema('main')).toEqual(await schema('main.b'))
  expect(await merge()).toEqual({ status: 200, applied: [] })
})

test('merges columns of a table that was made again with them, spaces between them aside', async () => {
  const { merge, query } = await withBranch(
    ['create table t (\n  a int\n)'],
    ['drop table t', 'create table t (\n  a int,\n  b int /* x, y */ ,\n  c text\n)'],
  )
  expect((await merge()).applied).toEqual([
    'alter table "t" add column b int /* x, y */',
    'alter table "t" add column c text',
  ])
  expect((await query('main', 'select a, b, c from t')).status).toBe(200)
})

test('merges new objects with comments unchanged', async () => {
  const objects = [
    `create table u (a int /* it's */, b int -- x, y; drop table secret\n, c text default '; drop table secret')`,
    `create index u_a on u (a /* ; */, b) where a > ';'`,
    `create view v as select a /* it's; */ from u -- end`,
    `create trigger g after insert on u begin delete from u where c = ';' /* ; */; end`,
  ]
  const { merge, schema } = await withBranch([SECRET], objects)
  expect((await merge()).status).toBe(200)
  expect(await schema('main')).toEqual(await schema('main.b'))
})

test('keeps the triggers of a view that is replaced, those that the branch lacks as well', async () => {
  const trigger = (name: string) =>
    `create trigger ${name} instead of insert on v begin insert into t (a) values (new.a); end`
  const { merge, schema, query } = await withBranch(
    ['create table t (a int)', 'create view v as select a from t', trigger('one')],
    ['drop view v', 'create view v as select a, 1 as n from t', trigger('one')],
  )
  await query('main', trigger('two'))
  expect((await merge()).status).toBe(200)
  expect((await schema('main')).map(([, name]: string[]) => name).toSorted()).toEqual([
    'one',
    't',
    'two',
    'v',
  ])
  expect((await query('main', 'insert into v (a) values (1)')).status).toBe(200)
})
