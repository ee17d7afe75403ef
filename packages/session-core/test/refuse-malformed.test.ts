import { expect, test } from 'vitest'
import { refuseMalformed } from '../src/driver/index.ts'

test.each<[string, number]>([
  ['select 1', 0],
  ['select ?, ? ; -- and ?', 2],
  [`select '?;', "?;", \`?;\`, [?;], ? /* ; ? */`, 1],
  ['select ?2, ?1, ?', 3],
  ['select :a, :b, :a, @c, $d', 4],
  ["select 'it''s; ?' , ?;", 1],
  ['select case ? when 1 then 2 end;', 1],
  ['create trigger x after delete on t begin delete from u; insert into log values (old.id); end', 0],
  [
    'CREATE TEMP TRIGGER x after delete on t begin update u set a = case when 1 then 2 end; select 1; END; -- end',
    0,
  ],
  ['create table trigger_end (a)', 0],
])('takes %j with %i parameters, and no other number', (sql, count) => {
  const params = Array.from({ length: count }, () => 1)
  refuseMalformed([{ sql, params }])
  expect(() => refuseMalformed([{ sql, params: [...params, 1] }])).toThrow('parameters')
  if (count > 0) expect(() => refuseMalformed([{ sql, params: params.slice(1) }])).toThrow('parameters')
})

test.each([
  'insert into t values (1); delete from t',
  'select 1;;/* */ select 2',
  'create trigger x after delete on t begin select 1; end; delete from t',
  'create table t (a); create trigger x after delete on t begin select 1; end',
  'begin_ ; x',
])('refuses %j, which holds more than one statement', (sql) => {
  expect(() => refuseMalformed([{ sql: 'select 1' }, { sql }])).toThrow(
    expect.objectContaining({ code: 'INVALID_STATEMENT', statementIndex: 1 }),
  )
})

test.each(['', ' ; ', '-- select 1'])('refuses %j, which holds no statement', (sql) => {
  expect(() => refuseMalformed([{ sql }])).toThrow('holds no SQL')
})
