import { expect, test } from 'vitest'
import { isBlank, leadingKeyword, replacePlaceholders } from '../src/driver/index.ts'

test.each([
  ['select 1', 'select'],
  [' ;\n-- begin\n/* begin */ /**/ UPDATE t set a = 1', 'update'],
  ['explain query plan /* of */ delete from t', 'delete'],
  ['/* select', ''],
  ['', ''],
])('finds the first word of %j', (sql, word) => {
  expect(leadingKeyword(sql)).toBe(word)
})

test('reads a comment of any length', () => {
  const comment = `/*${'*'.repeat(20_000_000)}*/`
  expect(leadingKeyword(`${comment} select 1`)).toBe('select')
  expect(isBlank(comment)).toBe(true)
})

test.each([
  ['', true],
  [' ;; -- nothing', true],
  ['/* open', true],
  ['/* closed */ x', false],
  ["'", false],
])('%j holds no statement: %s', (sql, blank) => {
  expect(isBlank(sql)).toBe(blank)
})

test('finds placeholders, but not in quotes, comments and names', () => {
  const sql = `select ?, ?12, :a, @b, $c from [?] where "?" = '?''?' and \`?\` = a$1 -- ?\n/* ? */ and x in (?)`
  expect(replacePlaceholders(sql, (placeholder) => `<${placeholder}>`)).toBe(
    `select <?>, <?12>, <:a>, <@b>, <$c> from [?] where "?" = '?''?' and \`?\` = a$1 -- ?\n/* ? */ and x in (<?>)`,
  )
})
