import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { matchesOfTerms, matchOfExpression } from '../src/dialects/sqlite/fts-match.ts'
import { sqliteDialect } from '../src/dialects/sqlite/sqlite-dialect.ts'
import { parseQuery } from '../src/recall/recall-query.ts'
import { type RecallParams, recallStatements } from '../src/recall/recall-statements.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/memory-recall.md'), 'utf8')

// biome-ignore format: a table
const NAMES = [
  'terms', 'expression', 'ids', 'type', 'since', 'until', 'now', 'recency', 'halfLife', 'weight', 'limit',
]

/** The SQL, with the name of each parameter where it is. */
function recallSql(): string {
  const named = Object.fromEntries(NAMES.map((name) => [name, `:${name}`])) as unknown as RecallParams
  const { sql, params = [] } = recallStatements(sqliteDialect)('fact', 'terms')(named)
  let position = 0
  return sql.replace(/\?/g, () => String(params[position++]))
}

/** The SQL with one space where there may be any. */
function inOneLine(sql: string): string {
  return sql
    .replace(/\s+/g, ' ')
    .replace(/ ?([(),]) ?/g, '$1')
    .replace(/;? *$/, '')
}

test('the page about recall shows the statement that is run', () => {
  const shown = /```sql\n([^`]+)```/.exec(page)?.[1] ?? ''
  expect(inOneLine(shown)).toBe(inOneLine(recallSql()))
})

test('the page about recall shows what a text becomes', () => {
  const [, text = '', terms = ''] = /`([^`\n]+)` becomes\n\n```json\n([^`]+)```/.exec(page) ?? []
  expect(JSON.parse(terms)).toEqual(JSON.parse(matchesOfTerms(parseQuery(text).terms)))
  const [, given = '', match = ''] = /: `([^`\n]+)` asks for .+ among rows that fit `(.+)`\./.exec(page) ?? []
  expect(matchOfExpression(parseQuery(given).expression!)).toBe(match)
})
