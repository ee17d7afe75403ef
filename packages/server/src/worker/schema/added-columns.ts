import { quoteName } from '@persql/sdk/sqlite'
import type { Connection } from '../connection/connection.ts'
import { inSavepoint } from '../execute/transaction.ts'
import { SqlFailure } from '../wire/sql-failure.ts'
import { toSqlFailure } from '../wire/to-sql-failure.ts'

const SQL_OF_TABLE = `select sql from main.sqlite_schema where type = 'table' and name = ?`
/** As SQLite has it; there, other spaces are letters. */
const SPACE = /^[ \t\n\f\r]*$/

/** A table cannot be made like another one by adding columns. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch'
}

/**
 * Adds to a table the columns by which `definition`, the text of another table, has more, and returns the statements.
 * Throws a {@link Mismatch} where the table would not become that other one; the caller undoes what was done.
 *
 * No SQL is parsed here. SQLite shows where it writes a new column. What the definition has in that place is cut where
 * SQLite takes the longest piece as one column, which can only be at a comma between two. And what it then has written
 * must be the definition again, space around those commas aside.
 */
export function addColumns(connection: Connection, table: string, definition: string): string[] {
  const before = sqlOf(connection, table)
  const place = placeOfNewColumn(connection, table, before)
  const head = withoutSpaceAtEnd(before.slice(0, place))
  const tail = before.slice(place)
  const end = definition.length - tail.length
  if (end <= head.length || !definition.startsWith(head) || !definition.endsWith(tail)) throw new Mismatch()
  const applied: string[] = []
  let rest = definition.slice(head.length, end)
  while (!SPACE.test(rest)) {
    const comma = rest.indexOf(',')
    if (comma < 0 || !SPACE.test(rest.slice(0, comma))) throw new Mismatch()
    rest = rest.slice(comma + 1)
    const length = sqlOf(connection, table).length
    const cut = addLongest(connection, table, rest)
    const after = sqlOf(connection, table)
    const column = after.slice(length - tail.length + ', '.length, after.length - tail.length)
    const piece = rest.slice(0, cut)
    const at = piece.indexOf(column)
    const isWhole = SPACE.test(piece.slice(0, at)) && SPACE.test(piece.slice(at + column.length))
    if (at < 0 || !isWhole) throw new Mismatch()
    applied.push(addColumn(table, column))
    rest = rest.slice(cut)
  }
  return applied
}

function withoutSpaceAtEnd(text: string): string {
  // A line break may end a comment.
  if (text.includes('--')) return text
  let end = text.length
  while (end > 0 && SPACE.test(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}

function sqlOf(connection: Connection, table: string): string {
  const [[sql] = []] = connection.rowsForServer(SQL_OF_TABLE, table)
  return String(sql)
}

function addColumn(table: string, column: string): string {
  return `alter table ${quoteName(table)} add column ${column}`
}

/** Where in the text of a table SQLite puts the comma before a new column. */
function placeOfNewColumn(connection: Connection, table: string, before: string): number {
  // Too long to be anywhere in the text.
  const probe = 'c'.repeat(before.length + 1)
  return inSavepoint(
    connection,
    () => {
      connection.run(addColumn(table, probe))
      return sqlOf(connection, table).indexOf(`, ${probe}`)
    },
    'undo',
  )
}

/** Adds the longest piece at the beginning of a text that is a column; returns its length. */
function addLongest(connection: Connection, table: string, text: string): number {
  for (let cut = text.length; cut > 0; cut = text.lastIndexOf(',', cut - 1)) {
    const sql = addColumn(table, text.slice(0, cut))
    try {
      inSavepoint(connection, () => connection.run(sql))
      return cut
    } catch (error) {
      if (!isBadSyntax(error)) throw error
    }
  }
  throw new Mismatch()
}

function isBadSyntax(error: unknown): boolean {
  const kind = toSqlFailure(error).detail?.kind
  return kind === 'syntax_error' || (error instanceof SqlFailure && kind === 'invalid_statement')
}
