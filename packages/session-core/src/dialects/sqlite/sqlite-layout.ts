import { sql } from 'kysely'
import type { SqlStatement } from '../../driver/sql-driver.ts'
import type { ResolvedTableNames } from '../../sessions/session-tables.ts'
import type { SessionLayout } from '../session-dialect.ts'
import { statementBuilder } from '../statement-builder.ts'

/** The layout of the Python SDK's `SQLiteSession`, and a table of operation ids. */
export function sqliteLayout({ sessions, messages, operations }: ResolvedTableNames): SessionLayout {
  const db = statementBuilder<never>()
  // Also where foreign keys are not enforced.
  const forget = sql`create trigger if not exists ${sql.id(`${operations}_forget`)} after delete on ${sql.table(sessions)}
          begin delete from ${sql.table(operations)} where session_id = old.session_id; end`
  const index = `idx_${messages}_session_id`
  return {
    relations: { tables: [sessions, messages, index], operations: [operations] },
    tables: compiled(
      db.schema
        .createTable(sessions)
        .ifNotExists()
        .addColumn('session_id', sql`TEXT`, (column) => column.primaryKey())
        .addColumn('created_at', sql`TIMESTAMP`, (column) => column.defaultTo(sql`CURRENT_TIMESTAMP`))
        .addColumn('updated_at', sql`TIMESTAMP`, (column) => column.defaultTo(sql`CURRENT_TIMESTAMP`)),
      db.schema
        .createTable(messages)
        .ifNotExists()
        .addColumn('id', sql`INTEGER`, (column) => column.primaryKey().autoIncrement())
        .addColumn('session_id', sql`TEXT`, (column) => column.notNull())
        .addColumn('message_data', sql`TEXT`, (column) => column.notNull())
        .addColumn('created_at', sql`TIMESTAMP`, (column) => column.defaultTo(sql`CURRENT_TIMESTAMP`))
        .addForeignKeyConstraint(`${messages}_session_id`, ['session_id'], sessions, ['session_id'], (key) =>
          key.onDelete('cascade'),
        ),
      db.schema.createIndex(index).ifNotExists().on(messages).columns(['session_id', 'id']),
    ),
    operations: compiled(
      db.schema
        .createTable(operations)
        .ifNotExists()
        .addColumn('session_id', sql`TEXT`, (column) => column.notNull())
        .addColumn('operation_id', sql`TEXT`, (column) => column.notNull())
        .addColumn('digest', sql`TEXT`, (column) => column.notNull())
        .addColumn('created_at', sql`TIMESTAMP`, (column) => column.defaultTo(sql`CURRENT_TIMESTAMP`))
        .addPrimaryKeyConstraint(`${operations}_key`, ['session_id', 'operation_id']),
      { compile: () => forget.compile(db) },
    ),
  }
}

function compiled(...queries: readonly { compile(): { sql: string } }[]): readonly SqlStatement[] {
  return queries.map((query) => ({ sql: query.compile().sql }))
}
