import { DatabaseSync } from 'node:sqlite'
import { sqlError, sqliteErrorCode } from '@persql/session-core/sqlite'
import { afterAll, expect, test } from 'vitest'
import { detailWithoutValues, parseSqlError, withoutValues } from '../src/sqlite/index.ts'

test.each([
  ['no such column: secret', 'select * from f where f match ?', 'no such column: [redacted]'],
  ['no such column: t.secret', 'select "t"."secret" from t', 'no such column: t.secret'],
  [
    'no such column: "secret" - should this be a string literal in single-quotes?',
    'select "secret"',
    'no such column: "secret" - should this be a string literal in single-quotes?',
  ],
  [
    'no such column: se at offset 7: SQLITE_ERROR',
    'select se from t',
    'no such column: se at offset 7: SQLITE_ERROR',
  ],
  ['no such column: se', 'select ?', 'no such column: [redacted]'],
  ['fts5: syntax error near ""', 'select * from f where f match ?', 'fts5: syntax error near ""'],
  [
    'fts5: syntax error near ")"',
    'select * from f where f match (?)',
    'fts5: syntax error near "[redacted]"',
  ],
  ['malformed MATCH expression: ["a\nb ]]', 'select ?', 'malformed MATCH expression: [[redacted]]'],
  ['unable to open database: /no/secret', 'attach ? as x', 'unable to open database: [redacted]'],
  ["bad JSON path: 'it''s'", 'select ?', "bad JSON path: '[redacted]'"],
  ['UNIQUE constraint failed: t.a', 'insert into t values (?)', 'UNIQUE constraint failed: t.a'],
  ['no such table: main.gone', 'insert into t values (?)', 'no such table: main.gone'],
])('takes what is of a value out of the text "%s" of the error of "%s"', (message, sql, expected) => {
  expect(withoutValues(message, sql)).toBe(expected)
})

test('tells no name that was read from a value, but keeps kind and place', () => {
  const sql = 'select * from f where f match ?'
  const place = { kind: 'unknown_column', statementIndex: 2 } as const
  const detail = { ...place, message: 'no such column: secret', column: 'secret', hint: 'secret' }
  expect(detailWithoutValues(detail, sql)).toEqual({ ...place, message: 'no such column: [redacted]' })
  const shown = { ...place, message: 'no such column: f', column: 'f' }
  expect(detailWithoutValues(shown, sql)).toBe(shown)
})

const database = new DatabaseSync(':memory:')
afterAll(() => database.close())
database.exec(`
  create table t (id integer primary key, a text unique, b not null default 1, c check (c > 0), up references t (id));
  create table strict_one (n integer) strict;
  create virtual table f using fts5 (text);
`)

// The core may not depend on this package, nor this one on the core, so each has its own: they must not disagree.
test.each([
  ['select * from gone', [], 'unknown_table', 'NO_SUCH_TABLE'],
  ['select gone from t', [], 'unknown_column', 'SQL_ERROR'],
  ['insert into t (gone) values (1)', [], 'unknown_column', 'SQL_ERROR'],
  ['select "gone" from t', [], 'unknown_column', 'SQL_ERROR'],
  ['selec 1', [], 'syntax_error', 'INVALID_STATEMENT'],
  ['select (', [], 'syntax_error', 'INVALID_STATEMENT'],
  ['select @', [], 'syntax_error', 'INVALID_STATEMENT'],
  ["insert into t (a) values ('x'), ('x')", [], 'unique_violation', 'CONSTRAINT'],
  ['insert into t (b) values (null)', [], 'not_null_violation', 'CONSTRAINT'],
  ['insert into t (c) values (0)', [], 'check_violation', 'CONSTRAINT'],
  ['insert into t (up) values (99)', [], 'fk_violation', 'CONSTRAINT'],
  ["insert into t (id) values ('x')", [], 'type_mismatch', 'SQL_ERROR'],
  ['insert into strict_one values (?)', ['secret'], 'type_mismatch', 'SQL_ERROR'],
  ['select zeroblob(2000000000)', [], 'too_large', 'TOO_LARGE'],
  ['select * from f where f match ?', ['secret)'], 'syntax_error', 'INVALID_STATEMENT'],
  ['select * from f where f match ?', ['secret: x'], 'unknown_column', 'SQL_ERROR'],
  ['insert into f (f) values (?)', ['secret'], 'unknown', 'SQL_ERROR'],
  ["select json_extract('{}', ?)", ['secret'], 'unknown', 'SQL_ERROR'],
  ['select secret(1)', [], 'unknown', 'SQL_ERROR'],
  ['attach ? as other', ['/no/such/secret'], 'unknown', 'CANNOT_OPEN'],
] as const)('says of "%s" with %j what the core says', (sql, params, kind, code) => {
  let message = ''
  try {
    database.prepare(sql).all(...params)
  } catch (error) {
    message = (error as Error).message
  }
  expect([parseSqlError(message).kind, sqliteErrorCode(message)]).toEqual([kind, code])
  const text = withoutValues(message, sql)
  expect(sqlError(new Error(message), undefined, sql).message).toBe(text)
  if (params.length > 0) expect(text).not.toContain('secret')
})
