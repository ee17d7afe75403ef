import { addedColumns } from './added-columns.ts'
import type { Connection } from './connection.ts'
import { quote } from './introspect.ts'
import { foldCase } from './policy.ts'
import { readSchema, type SchemaEntry } from './schema-objects.ts'
import { SqlFailure } from './sql-failure.ts'
import { toSqlFailure } from './to-sql-failure.ts'
import { inTransaction } from './transaction.ts'

const COLUMNS = 'select name, type, "notnull", dflt_value, pk, hidden from pragma_table_xinfo(?) order by cid'

/**
 * Brings what a branch has made or changed into its parent, in one transaction, and returns the statements.
 *
 * New tables, indexes, views and triggers are made; new columns are added; changed indexes, views and triggers are
 * replaced. What the branch lacks stays in the parent. Throws a failure with status 409 for a table that changed in
 * another way, because its rows would have to be rewritten.
 */
export function mergeSchema(parent: Connection, branch: Connection): string[] {
  const theirs = readSchema(branch)
  const ours = new Map(readSchema(parent).map((entry) => [keyOf(entry), entry]))
  const applied: string[] = []
  const apply = (sql: string) => {
    try {
      parent.database.exec(sql)
    } catch (error) {
      const { message, detail } = toSqlFailure(error, parent.authorizer.refusal)
      throw new SqlFailure(409, `The parent does not accept the schema of the branch: ${message}`, detail)
    }
    applied.push(sql)
  }
  inTransaction(parent, 'write', () => {
    for (const entry of theirs) {
      const { type, name, sql } = entry
      const own = ours.get(keyOf(entry))
      if (own?.sql === sql) continue
      if (own && type === 'table') {
        for (const column of addedColumns(own.sql, sql) ?? []) {
          apply(`alter table ${quote(name)} add column ${column}`)
        }
        if (columnsOf(parent, name) !== columnsOf(branch, name)) throw conflict(name)
        continue
      }
      if (own) apply(`drop ${type} ${quote(name)}`)
      apply(sql)
    }
  })
  return applied
}

function keyOf({ type, name }: SchemaEntry): string {
  return `${type} ${foldCase(name)}`
}

function columnsOf(connection: Connection, table: string): string {
  return JSON.stringify(connection.runOwn(() => connection.own(COLUMNS).all(table)))
}

function conflict(table: string): SqlFailure {
  return new SqlFailure(
    409,
    `The table "${table}" changed in the branch by more than added columns. Change the parent by hand.`,
  )
}
