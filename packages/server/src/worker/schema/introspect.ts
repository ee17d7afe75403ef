import type {
  DescribeResponse,
  ExplainResponse,
  PlanRow,
  SchemaResponse,
  TablesResponse,
  ValidateResponse,
} from '@persql/sdk/protocol'
import { describeTable, quoteName, tablesOfUser } from '@persql/sdk/sqlite'
import type { Connection } from '../connection/connection.ts'
import { foldCase, type Policy } from '../connection/policy.ts'
import type { PreparedStatement } from '../connection/prepared-statement.ts'
import type { Statement } from '../execute/statement-body.ts'
import { SqlFailure } from '../wire/sql-failure.ts'
import { toSqlFailure } from '../wire/to-sql-failure.ts'
import { readSchema } from './schema-objects.ts'

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
  const sql = `select count(*) from ${quoteName(table)}`
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
  return readSchema(connection).filter(
    // With a table scope, what a view or trigger says of other tables stays unseen.
    ({ type, table }) => sees(policy, table) && !(policy.tables && (type === 'view' || type === 'trigger')),
  )
}

export function describe(connection: Connection, policy: Policy): DescribeResponse {
  return {
    databaseDescription: null,
    tables: tableNames(connection, policy).map((name) =>
      describeTable(name, {
        table_xinfo: connection.pragma('table_xinfo', name),
        foreign_key_list: connection.pragma('foreign_key_list', name),
        index_list: connection.pragma('index_list', name),
        index_info: (index) => connection.pragma('index_info', index),
      }),
    ),
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

function tableNames(connection: Connection, policy: Policy): string[] {
  return tablesOfUser(connection.pragma('table_list')).filter((name) => sees(policy, name))
}

function sees({ tables: scope }: Policy, table: string): boolean {
  return !scope || scope.includes(foldCase(table))
}
