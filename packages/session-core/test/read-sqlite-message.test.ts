import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { readSqliteMessage, sqliteErrorCode, withoutValues } from '../src/sqlite/index.ts'

const SETUP = `
  create table t (id integer primary key, name text not null, unique (id, name));
  create table s (x integer) strict;
  create table child (parent references t (id), n check (n > 0), constraint small check (n < 9));
  create unique index by_length on t (length(name));
  insert into t values (1, 'a');
  pragma foreign_keys = on`

function messageOf(sql: string): string {
  const db = new DatabaseSync(':memory:')
  db.exec(SETUP)
  try {
    db.prepare(sql).all()
  } catch (error) {
    return (error as Error).message
  } finally {
    db.close()
  }
  throw new Error(`SQLite takes: ${sql}`)
}

test.each([
  ['insert into t values (1, null)', { kind: 'not_null_violation', table: 't', column: 'name' }],
  ["insert into t values (1, 'bb')", { kind: 'unique_violation', table: 't', column: 'id' }],
  ["insert into t values (2, 'c')", { kind: 'unique_violation', constraint: 'by_length' }],
  ['insert into child (parent) values (7)', { kind: 'fk_violation' }],
  ['insert into child (n) values (0)', { kind: 'check_violation', constraint: 'n > 0' }],
  ['insert into child (n) values (9)', { kind: 'check_violation', constraint: 'small' }],
  ["insert into s values ('a')", { kind: 'type_mismatch' }],
  ['select * from missing', { kind: 'unknown_table', table: 'missing' }],
  ['select absent from t', { kind: 'unknown_column', column: 'absent' }],
  ['select "absent one" from t', { kind: 'unknown_column', column: 'absent one' }],
  ['insert into t (absent) values (1)', { kind: 'unknown_column', table: 't', column: 'absent' }],
  ['selec 1', { kind: 'syntax_error', near: 'selec' }],
  ['select (1', { kind: 'syntax_error' }],
  ["select 'a", { kind: 'syntax_error' }],
  ['select absent(1)', { kind: 'unknown' }],
])('reads what SQLite says of: %s', (sql, told) => {
  expect(readSqliteMessage(messageOf(sql))).toEqual(told)
})

test('names every column of a key', () => {
  expect(readSqliteMessage('UNIQUE constraint failed: t.a, t.b')).toEqual({
    kind: 'unique_violation',
    table: 't',
    columns: [
      { table: 't', column: 'a' },
      { table: 't', column: 'b' },
    ],
  })
})

test('names no column that may be a part of a value', () => {
  const message = withoutValues('no such column: hunter2', 'select * from f where f match ?')
  expect(readSqliteMessage(message)).toEqual({ kind: 'unknown_column' })
})

test.each([
  ['database is locked', 'BUSY'],
  ['database table is locked: t', 'BUSY'],
  ['attempt to write a readonly database', 'READ_ONLY'],
  ['database or disk is full', 'FULL'],
  ['unable to open database file', 'CANNOT_OPEN'],
  ['file is not a database', 'NOT_A_DATABASE'],
  ['database disk image is malformed', 'NOT_A_DATABASE'],
  ['string or blob too big', 'TOO_LARGE'],
  ['constraint failed', 'CONSTRAINT'],
  ['interrupted', 'SQL_ERROR'],
  ['out of memory', 'SQL_ERROR'],
])('the code of "%s" is %s', (message, code) => {
  expect(sqliteErrorCode(message)).toBe(code)
})
