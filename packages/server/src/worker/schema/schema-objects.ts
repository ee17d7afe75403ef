import type { Connection, TableEntry } from '../connection/connection.ts'
import { foldCase, isHidden } from '../connection/policy.ts'

export interface SchemaEntry {
  readonly type: 'table' | 'index' | 'view' | 'trigger'
  readonly name: string
  /** The table that it belongs to, or its own name. */
  readonly table: string
  /** The statement that makes it. */
  readonly sql: string
}

const SCHEMA = 'select type, name, tbl_name, sql from main.sqlite_schema where sql is not null order by rowid'

/**
 * What users made in a database, in the order of its making. Without shadow tables, which virtual tables make by
 * themselves.
 */
export function readSchema(connection: Connection): SchemaEntry[] {
  const shadows = namesOf(connection, 'shadow')
  return (connection.ownRows(SCHEMA) as [SchemaEntry['type'], string, string, string][])
    .map(([type, name, table, sql]) => ({ type, name, table, sql }))
    .filter(
      ({ name, table }) => ![name, table].some((of) => isHidden(of) || isOfSqlite(of)) && !shadows.has(table),
    )
}

const ORDER = ['table', 'index', 'view', 'trigger']

/** The same in an order in which it can be made again: triggers and views come after what they name. */
export function readSchemaInOrder(connection: Connection): SchemaEntry[] {
  const virtual = namesOf(connection, 'virtual')
  const rank = ({ type, name }: SchemaEntry) => ORDER.indexOf(type) + (virtual.has(name) ? 0.5 : 0)
  return readSchema(connection).sort((a, b) => rank(a) - rank(b))
}

function namesOf(connection: Connection, type: TableEntry['type']): Set<string> {
  return new Set(connection.tables().flatMap((entry) => (entry.type === type ? [entry.name] : [])))
}

export function isOfSqlite(name: string): boolean {
  return foldCase(name).startsWith('sqlite_')
}
