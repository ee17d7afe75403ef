import { sqliteMayHold } from '../dialects/sqlite/sqlite-text-search.ts'
import { statementBuilder } from '../dialects/statement-builder.ts'
import type { SqlValue } from '../driver/sql-driver.ts'
import { foldText } from './fold-text.ts'

/**
 * SQLite's condition on the text of a row, with its parameters, that is true wherever `searchItems` finds the text, and
 * seldom elsewhere: where accents are characters of their own, it does not compare every one. False for a text of which
 * nothing is left once it is folded.
 */
export function mayHoldSql(column: string, text: string): { sql: string; params: SqlValue[] } {
  const folded = foldText(text)
  if (folded === '') return { sql: 'false', params: [] }
  const { sql, parameters } = sqliteMayHold(column, folded).compile(statementBuilder())
  return { sql, params: parameters as SqlValue[] }
}
