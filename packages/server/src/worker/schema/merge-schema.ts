import type { SchemaObject } from '@persql/sdk/protocol'
import { quoteName } from '@persql/sdk/sqlite'
import type { Connection } from '../connection/connection.ts'
import { foldCase } from '../connection/policy.ts'
import { inTransaction, refuseHiddenNames } from '../execute/transaction.ts'
import { SqlFailure } from '../wire/sql-failure.ts'
import { toSqlFailure } from '../wire/to-sql-failure.ts'
import { addColumns, Mismatch } from './added-columns.ts'
import { readSchemaInOrder } from './schema-objects.ts'

/**
 * Brings what a branch has made or changed into its parent, in one transaction, and returns the statements. Each of
 * them is one statement, which the policy of the parent's connection has to allow.
 *
 * New tables, indexes, views and triggers are made; new columns are added; changed indexes, views and triggers are
 * replaced. What the branch lacks stays in the parent. Throws a failure with status 409 for a table that changed in
 * another way, because its rows would have to be rewritten.
 */
export function mergeSchema(parent: Connection, branch: Connection): string[] {
  const theirs = readSchemaInOrder(branch)
  const theirKeys = new Set(theirs.map(keyOf))
  const ours = new Map(readSchemaInOrder(parent).map((entry) => [keyOf(entry), entry]))
  const applied: string[] = []
  const apply = (sql: string) => {
    parent.run(sql)
    applied.push(sql)
  }
  inTransaction(parent, 'write', () => {
    for (const entry of theirs) {
      const { type, name, sql } = entry
      const own = ours.get(keyOf(entry))
      if (own?.sql === sql) continue
      try {
        if (own && type === 'table') {
          applied.push(...addColumns(parent, own.name, sql))
          if (columnsOf(parent, own.name) !== columnsOf(branch, name)) throw new Mismatch()
          continue
        }
        if (own) apply(`drop ${type} ${quoteName(own.name)}`)
        apply(sql)
        // With a view, its triggers are gone.
        for (const [key, trigger] of own?.type === 'view' ? ours : []) {
          if (trigger.type !== 'trigger' || foldCase(trigger.table) !== foldCase(name)) continue
          ours.delete(key)
          if (!theirKeys.has(key)) apply(trigger.sql)
        }
      } catch (error) {
        throw error instanceof Mismatch ? conflict(name) : notAccepted(error, parent)
      }
    }
    refuseHiddenNames(parent)
  })
  return applied
}

function keyOf({ type, name }: SchemaObject): string {
  return `${type} ${foldCase(name)}`
}

function columnsOf(connection: Connection, table: string): string {
  return JSON.stringify(connection.pragma('table_xinfo', table))
}

function notAccepted(error: unknown, parent: Connection): SqlFailure {
  const { message, detail } = toSqlFailure(error, parent.authorizer.refusal)
  return new SqlFailure(409, `The parent does not accept the schema of the branch: ${message}`, detail)
}

function conflict(table: string): SqlFailure {
  return new SqlFailure(
    409,
    `The table "${table}" changed in the branch by more than added columns. Change the parent by hand.`,
  )
}
