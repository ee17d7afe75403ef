import { sql } from 'kysely'
import type { SqlStatement } from '../../driver/sql-driver.ts'
import type { ResolvedTableNames } from '../../sessions/session-tables.ts'
import type { SessionLayout } from '../session-dialect.ts'
import { statementBuilder } from '../statement-builder.ts'

/** One number for all, so that those who make tables at the same time wait for each other. */
const LOCK = 5_713_020_615

/** Text is compared byte by byte, as SQLite does. */
const KEY = sql`text collate "C"`
const NOW = sql`(clock_timestamp() at time zone 'UTC')`

/**
 * The layout of the Python SDK's `SQLAlchemySession`, with row ids that do not end at 2^31 and an index in the order of
 * rows, and a table of operation ids.
 */
export function postgresLayout({ sessions, messages, operations }: ResolvedTableNames): SessionLayout {
  const db = statementBuilder<never>('postgres')
  const { schema, name } = splitName(messages)
  const index = (columns: 'id' | 'time') => `idx_${name}_session_${columns}`
  const named = (own: string) => (schema === undefined ? own : `${schema}.${own}`)

  const tables = [
    db.schema
      .createTable(sessions)
      .ifNotExists()
      .addColumn('session_id', KEY, (column) => column.primaryKey())
      .addColumn('created_at', 'timestamp', (column) => column.notNull().defaultTo(NOW))
      .addColumn('updated_at', 'timestamp', (column) => column.notNull().defaultTo(NOW)),
    db.schema
      .createTable(messages)
      .ifNotExists()
      .addColumn('id', 'bigint', (column) => column.generatedByDefaultAsIdentity().primaryKey())
      .addColumn('session_id', KEY, (column) =>
        column.notNull().references(`${sessions}.session_id`).onDelete('cascade'),
      )
      .addColumn('message_data', 'text', (column) => column.notNull())
      .addColumn('created_at', 'timestamp', (column) => column.notNull().defaultTo(NOW)),
    db.schema.createIndex(index('id')).ifNotExists().on(messages).columns(['session_id', 'id']),
    db.schema.createIndex(index('time')).ifNotExists().on(messages).columns(['session_id', 'created_at']),
  ].map((query) => query.compile().sql)

  const operationTables = [
    db.schema
      .createTable(operations)
      .ifNotExists()
      .addColumn('session_id', KEY, (column) =>
        column.notNull().references(`${sessions}.session_id`).onDelete('cascade'),
      )
      .addColumn('operation_id', KEY, (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('created_at', 'timestamp', (column) => column.notNull().defaultTo(NOW))
      .addPrimaryKeyConstraint(`${splitName(operations).name}_key`, ['session_id', 'operation_id'])
      .compile().sql,
  ]

  return {
    tables: tables.map(toStatement),
    operations: operationTables.map(toStatement),
    relations: { tables: [sessions, messages, named(index('id'))], operations: [operations] },
  }
}

/**
 * Looks first, so that nothing is locked, and no right is needed, where all is there. CREATE IF NOT EXISTS alone fails
 * where two make the same table at once, and its look at an index waits for everybody who writes.
 */
export function makeMissing(relations: readonly string[], statements: readonly SqlStatement[]): SqlStatement {
  const isMissing = relations.map((relation) => `to_regclass('${quotedName(relation)}') is null`).join(' or ')
  return {
    sql: `do $make$ begin
  if ${isMissing} then
    perform pg_advisory_xact_lock(${LOCK});
    ${statements.map(({ sql }) => `${sql};`).join('\n    ')}
  end if;
end $make$`,
  }
}

export function splitName(table: string): { readonly schema?: string; readonly name: string } {
  const [schema, name] = table.split('.')
  return name === undefined ? { name: table } : { schema: schema!, name }
}

export function quotedName(relation: string): string {
  return relation
    .split('.')
    .map((name) => `"${name}"`)
    .join('.')
}

function toStatement(sql: string): SqlStatement {
  return { sql }
}
