import type { BatchOptions, CallOptions, QueryOptions } from '../call-options.ts'
import { PerSQLError } from '../errors/persql-error.ts'
import {
  type DescribeResponse,
  type ExplainResponse,
  encodeValue,
  type PlanRow,
  type SchemaObject,
  type SchemaResponse,
  type SqlValue,
  type TablesResponse,
  type ValidateResponse,
} from '../protocol/index.ts'
import { type QueryResult, queryResult } from '../remote/query-result.ts'
import { withParams } from '../remote/with-params.ts'
import type { SqlBackend, SqlParam, Statement } from '../sql-backend.ts'
import { describeTables, quote } from './local-describe.ts'
import { type LocalDriver, type LocalResult, loadLocalDriver } from './local-driver.ts'
import { localError } from './local-error.ts'

// As a statement: a table of the user goes before a function of its name, such as `pragma_table_list`.
const TABLES = 'pragma main.table_list'
const OBJECTS = `select type, name, tbl_name as "table", sql from main.sqlite_schema where sql is not null order by rowid`

const isOfUser = (name: string) => !/^(?:sqlite|_persql)_/i.test(name)

/** Runs SQL on one SQLite database: a path, which is opened by its first batch, or a driver. */
export class LocalBackend implements SqlBackend {
  readonly #open: () => Promise<LocalDriver>
  #driver: Promise<LocalDriver> | undefined
  #closed = false

  constructor(database: string | LocalDriver) {
    this.#open = async () => (typeof database === 'string' ? loadLocalDriver(database) : database)
    // A driver that is given is closed also where nothing has used it.
    if (typeof database !== 'string') this.#driver = Promise.resolve(database)
  }

  async query(statement: Statement, options: QueryOptions): Promise<QueryResult> {
    const [result] = await this.#run([statement], options)
    return toResult(result!)
  }

  async batch(statements: readonly Statement[], options: BatchOptions): Promise<QueryResult[]> {
    if (options.transaction) return (await this.#run(statements, options, 0)).map(toResult)
    const results: QueryResult[] = []
    for (const [index, statement] of statements.entries()) {
      const [result] = await this.#run([statement], options, index)
      results.push(toResult(result!))
    }
    return results
  }

  async explain({ sql, params }: Statement, options: CallOptions): Promise<ExplainResponse> {
    const { rows } = await this.query({ sql: `explain query plan ${sql}`, params }, options)
    return { plan: rows as unknown as PlanRow[] }
  }

  async validate({ sql, params }: Statement, options: CallOptions): Promise<ValidateResponse> {
    try {
      await this.query({ sql: `explain ${sql}`, params }, options)
      return { ok: true }
    } catch (error) {
      if (!(error instanceof PerSQLError) || error.detail === undefined) throw error
      return { ok: false, error: error.message, errorDetail: error.detail }
    }
  }

  async tables(options: CallOptions): Promise<TablesResponse> {
    const names = await this.#tableNames(options)
    if (names.length === 0) return []
    const counts = await this.#run(
      names.map((name) => ({ sql: `select count(*) from ${quote(name)}` })),
      options,
    )
    return names.map((name, index) => ({ name, rowCount: Number(counts[index]!.rows[0]![0]) }))
  }

  async describe(options: CallOptions): Promise<DescribeResponse> {
    return describeTables(await this.#tableNames(options), (statements) => this.#run(statements, options))
  }

  async schema(options: CallOptions): Promise<SchemaResponse> {
    const [tables, objects] = await this.#run([{ sql: TABLES }, { sql: OBJECTS }], options)
    // Virtual tables keep what they hold in shadow tables, which are not the user's.
    const shadows = new Set(tables!.rows.flatMap(([, name, type]) => (type === 'shadow' ? [name] : [])))
    return toResult(objects!).data.filter(
      ({ name, table }) => isOfUser(String(name)) && isOfUser(String(table)) && !shadows.has(table as string),
    ) as unknown as SchemaObject[]
  }

  async close(): Promise<void> {
    this.#closed = true
    const driver = await this.#driver?.catch(() => undefined)
    await driver?.close()
  }

  async #tableNames(options: CallOptions): Promise<string[]> {
    const [tables] = await this.#run([{ sql: TABLES }], options)
    return tables!.rows
      .filter(([, , type]) => type === 'table' || type === 'virtual')
      .map(([, name]) => String(name))
      .filter(isOfUser)
      .sort()
  }

  async #run(
    statements: readonly Statement[],
    { signal, readOnly = false }: QueryOptions,
    firstIndex?: number,
  ): Promise<LocalResult[]> {
    if (this.#closed) throw new PerSQLError('closed', 'This client was closed. Make another one.')
    if (signal?.aborted) throw new PerSQLError('aborted', 'The call was aborted.', { cause: signal.reason })
    const bound = statements.map((statement, index) => ({
      params: [],
      ...withParams(statement, (firstIndex ?? 0) + index, (params) => Array.from(params, toValue)),
    }))
    this.#driver ??= this.#open().catch((error: unknown) => {
      this.#driver = undefined
      throw error
    })
    const driver = await this.#driver
    try {
      return await driver.batch(bound, { readOnly })
    } catch (error) {
      throw localError(error, bound, firstIndex)
    }
  }
}

function toValue(param: SqlParam): SqlValue {
  if (param instanceof Uint8Array) return param
  // What JSON cannot hold is refused here as well.
  const encoded = encodeValue(param)
  return typeof param === 'bigint' ? param : (encoded as SqlValue)
}

function toResult({ columns, rows, changes, lastInsertRowid }: LocalResult): QueryResult {
  return queryResult({
    columns,
    rows,
    rowsRead: rows.length,
    rowsWritten: changes ?? 0,
    ...(changes === undefined ? {} : { changes }),
    ...(lastInsertRowid === undefined ? {} : { lastInsertRowid }),
  })
}
