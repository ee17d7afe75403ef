import { existsSync } from 'node:fs'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { json, output, persql } from './support/persql.ts'

test('prints a table, JSON or CSV', async () => {
  const sql = `select 1 as "n", 'a "b", c' as t, x'00ff' as b, null as e, 9007199254740993 as big, 1.5 as r`
  expect(await output(['query', sql, '--db', ':memory:'])).toBe(
    `n\tt\tb\te\tbig\tr\n1\ta "b", c\tx'00ff'\t\t9007199254740993\t1.5\n`,
  )
  expect(await json(['query', sql, '--db', ':memory:'])).toEqual({
    columns: ['n', 't', 'b', 'e', 'big', 'r'],
    rows: [
      { n: 1, t: 'a "b", c', b: { $bytes: 'AP8=' }, e: null, big: { $bigint: '9007199254740993' }, r: 1.5 },
    ],
  })
  expect(await output(['query', sql, '--csv', '--db', ':memory:'])).toBe(
    `n,t,b,e,big,r\r\n1,"a ""b"", c",x'00ff',,9007199254740993,1.5\r\n`,
  )
})

test('reads a statement from standard input, and binds parameters', async () => {
  const args = ['query', '-', '--param', "it's", '--param', '2', '--db', ':memory:']
  expect(await json(args, { input: 'select ? as a,\n ? as b' })).toMatchObject({
    rows: [{ a: "it's", b: '2' }],
  })
})

test.each(['', 'sqljs:'])('lets a statement write only with --write, on a %sfile', async (scheme) => {
  const file = temporaryPaths()('a.db')
  const db = scheme + file
  expect(await persql(['query', 'select 1', '--db', db])).toMatchObject({ status: 1 })
  expect(existsSync(file)).toBe(false)
  expect(await json(['query', '--write', 'create table t (a)', '--db', db])).toMatchObject({ columns: [] })
  expect(await json(['query', '--write', 'insert into t values (1), (2)', '--db', db])).toMatchObject({
    changes: 2,
  })
  for (const sql of [
    'delete from t',
    'drop table t',
    'with x as (select 1) insert into t select * from x',
    'pragma user_version = 7',
  ]) {
    const { status, stdout, stderr } = await persql(['query', sql, '--db', db])
    expect([status, stdout, stderr], sql).toEqual([
      1,
      '',
      expect.stringContaining('Add --write to allow it.'),
    ])
  }
  expect(
    await json(['query', 'select count(*) n, user_version v from t, pragma_user_version', '--db', db]),
  ).toMatchObject({
    rows: [{ n: 2, v: 0 }],
  })
})

test('says on one line what is wrong with a statement', async () => {
  expect(await persql(['query', 'select * from elsewhere', '--db', ':memory:'])).toEqual({
    status: 1,
    stdout: '',
    stderr: 'persql: no such table: elsewhere\n',
  })
  expect(await persql(['query', 'selec\n1', '--db', ':memory:'])).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^[^\n]+\n$/),
  })
})
