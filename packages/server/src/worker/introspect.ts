import type {
  DescribeResponse,
  ExplainResponse,
  PlanRow,
  SchemaResponse,
  TableDescription,
  TablesResponse,
  ValidateResponse,
} from '@persql/sdk/protocol'
import type { Connection } from './connection.ts'
import { foldCase, isHidden, type Policy } from './policy.ts'
import type { PreparedStatement } from './prepared-statement.ts'
import { SqlFailure } from './sql-failure.ts'
import type { Statement } from './statement-body.ts'
import { toSqlFailure } from './to-sql-failure.ts'

const TABLES = `select name from pragma_table_list
  where schema = 'main' and type in ('table', 'virtual') and name not like 'sqlite\\_%' escape '\\' order by name`
const SCHEMA = `select type, name, tbl_name, sql from sqlite_schema
  where sql is not null and name not like 'sqlite\\_%' escape '\\'
  and tbl_name not in (select name from pragma_table_list where type = 'shadow') order by rowid`
const COLUMNS = `select name, type, "notnull", pk, dflt_value from pragma_table_xinfo(?) where hidden <> 1 order by cid`
const FOREIGN_KEYS = `select id, "from", "table", "to", on_delete, on_update from pragma_foreign_key_list(?)
  order by id, seq`
const INDEXES = 'select name, "unique" from pragma_index_list(?) order by name'
const INDEX_COLUMNS = 'select name from pragma_index_info(?) order by seqno'

type Row = readonly unknown[]

/** The tables that a policy may see, with the number of their rows. */
export function tables(connection: Connection, policy: Policy): TablesResponse {
  return tableNames(connection, policy).flatMap((name) => {
    const rowCount = countRows(connection, name)
    return rowCount === undefined ? [] : [{ name, rowCount }]
  })
}

/**
 * Nothing where the policy forbids it, as for an index over a table that it does not reach. Not as a statement of the
 * server: what a virtual table prepares for it stays prepared, and would answer the caller's statements as well.
 */
function countRows(connection: Connection, table: string): number | undefined {
  const sql = `select count(*) from ${quote(table)}`
  connection.authorizer.refusal = undefined
  try {
    const [count] = connection.prepare(sql).statement.get() as unknown as [bigint]
    return Number(count)
  } catch (error) {
    connection.discard(sql)
    if (connection.authorizer.refusal) return
    throw error
  }
}

/** The statements that made what a policy may see. */
export function schema(connection: Connection, policy: Policy): SchemaResponse {
  return rowsOf(connection, SCHEMA)
    .map(([type, name, table, sql]) => ({ type, name, table, sql }) as SchemaResponse[number])
    .filter(({ type, name, table }) => {
      const isVisible = sees(policy, table) && !isHidden(name)
      // With a table scope, what a view or trigger says of other tables stays unseen.
      return isVisible && !(policy.tables && (type === 'view' || type === 'trigger'))
    })
}

export function describe(connection: Connection, policy: Policy): DescribeResponse {
  return {
    databaseDescription: null,
    tables: tableNames(connection, policy).map((name) => describeTable(connection, name)),
  }
}

/** How SQLite would run a statement; it is not run. */
export function explain(connection: Connection, { sql, params }: Statement): ExplainResponse {
  const prepared = connection.prepare(sql)
  const values = prepared.bind(params)
  const { statement } = connection.prepare(`explain query plan ${sql}`)
  // Read to the end in one call, so that nothing is left open.
  const plan = statement.all(...values) as unknown as PlanRow[]
  return {
    plan: plan.map(([id, parent, notUsed, detail]) => [Number(id), Number(parent), Number(notUsed), detail]),
  }
}

/** Whether a statement would be accepted; it is not run. */
export function validate(connection: Connection, { sql, params }: Statement): ValidateResponse {
  try {
    const prepared: PreparedStatement = connection.prepare(sql)
    prepared.bind(params)
    return { ok: true }
  } catch (error) {
    const failure = toSqlFailure(error, connection.authorizer.refusal)
    if (!(failure instanceof SqlFailure) || !failure.detail) throw failure
    return { ok: false, error: failure.message, errorDetail: failure.detail }
  }
}

function describeTable(connection: Connection, table: string): TableDescription {
  return {
    table,
    description: null,
    columns: rowsOf(connection, COLUMNS, table).map(([name, type, notNull, key, defaultValue]) => ({
      name: String(name),
      type: String(type),
      notNull: Boolean(notNull),
      primaryKey: Number(key),
      defaultValue: defaultValue === null ? null : String(defaultValue),
      description: null,
    })),
    foreignKeys: foreignKeysOf(connection, table),
    indexes: rowsOf(connection, INDEXES, table).map(([name, unique]) => ({
      name: String(name),
      unique: Boolean(unique),
      columns: rowsOf(connection, INDEX_COLUMNS, String(name)).map(([column]) => column as string | null),
    })),
  }
}

function foreignKeysOf(connection: Connection, table: string): TableDescription['foreignKeys'] {
  const byId = Map.groupBy(rowsOf(connection, FOREIGN_KEYS, table), ([id]) => id)
  return [...byId.values()].map((parts) => {
    const [[, , referencedTable, , onDelete, onUpdate]] = parts as [Row]
    return {
      columns: parts.map(([, from]) => String(from)),
      referencedTable: String(referencedTable),
      referencedColumns: parts.flatMap(([, , , to]) => (to === null ? [] : [String(to)])),
      onDelete: String(onDelete),
      onUpdate: String(onUpdate),
    }
  })
}

function tableNames(connection: Connection, policy: Policy): string[] {
  return rowsOf(connection, TABLES)
    .map(([name]) => String(name))
    .filter((name) => sees(policy, name))
}

function sees({ tables: scope }: Policy, table: string): boolean {
  return !isHidden(table) && (!scope || scope.includes(foldCase(table)))
}

function rowsOf(connection: Connection, sql: string, ...params: string[]): Row[] {
  return connection.runOwn(() => connection.own(sql).all(...params)) as unknown as Row[]
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
