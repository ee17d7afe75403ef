import type { BatchOptions, CallOptions, QueryOptions } from '../call-options.ts'
import { closedError } from '../errors/closed-error.ts'
import { PerSQLError } from '../errors/persql-error.ts'
import {
  type DescribeResponse,
  type ExplainResponse,
  encodeValue,
  type PlanRow,
  type SchemaResponse,
  type SqlValue,
  type TablesResponse,
  type ValidateResponse,
} from '../protocol/index.ts'
import { convertParams } from '../remote/convert-params.ts'
import { type QueryResult, queryResult } from '../remote/query-result.ts'
import type { SqlBackend, SqlParam, Statement } from '../sql-backend.ts'
import {
  describeTable,
  objectsOfUser,
  quoteName,
  SCHEMA_OBJECTS,
  TABLE_LIST,
  tablesOfUser,
} from '../sqlite/index.ts'
import { type LocalDriver, type LocalResult, type LocalSqlDriver, loadLocalDriver } from './local-driver.ts'
import { localError } from './local-error.ts'
import {
  describePostgres,
  POSTGRES_DESCRIPTION,
  POSTGRES_SCHEMA,
  POSTGRES_TABLES,
  toPlan,
  toSchemaObject,
} from './postgres-schema.ts'

/** Runs SQL on one database: the path of an SQLite file, which is opened by its first batch, or a driver. */
export class LocalBackend implements SqlBackend {
  readonly dialect: 'sqlite' | 'postgres'
  /** The driver, which is loaded by its first batch. Closing it closes nothing. */
  readonly driver: LocalSqlDriver
  readonly #open: () => Promise<LocalDriver>
  #driver: Promise<LocalDriver> | undefined
  #loaded: LocalDriver | undefined
  #closed = false

  constructor(database: string | LocalDriver) {
    const isPostgres = typeof database !== 'string' && database.dialect === 'postgres'
    this.dialect = isPostgres ? 'postgres' : 'sqlite'
    this.#open = async () => (typeof database === 'string' ? loadLocalDriver(database) : database)
    // A driver that is given is closed also where nothing has used it.
    if (typeof database !== 'string') this.#driver = Promise.resolve(database)
    this.driver = {
      dialect: this.dialect,
      batch: async (statements, options) => (await this.#load()).batch(statements, options),
      changes: () => this.#loaded?.changes?.(),
      close: async () => {},
    }
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
    if (this.dialect === 'postgres') {
      const [plan] = await this.#run([{ sql: `explain ${sql}`, params }], { ...options, readOnly: true })
      return { plan: toPlan(plan!.rows.map(([line]) => String(line))) }
    }
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
    const tables = await this.#tables(options)
    if (tables.length === 0) return []
    const counts = await this.#run(
      tables.map(([, quoted]) => ({ sql: `select count(*) from ${quoted}` })),
      options,
    )
    return tables.map(([name], index) => ({ name, rowCount: Number(counts[index]!.rows[0]![0]) }))
  }

  async describe(options: CallOptions): Promise<DescribeResponse> {
    if (this.dialect === 'postgres') {
      const results = await this.#run(POSTGRES_DESCRIPTION.map(toStatement), options)
      return { databaseDescription: null, tables: describePostgres(results.map(({ rows }) => rows)) }
    }
    const tables = (await this.#tables(options)).map(([name]) => name)
    const ask = (pragma: string, names: readonly string[]) => this.#pragmas(pragma, names, options)
    const columns = await ask('table_xinfo', tables)
    const foreignKeys = await ask('foreign_key_list', tables)
    const indexes = await ask('index_list', tables)
    const names = indexes.flatMap((rows) => rows.map(([, name]) => String(name)))
    const ofIndexes = await ask('index_info', names)
    const columnsOf = new Map(names.map((name, index) => [name, ofIndexes[index]!]))
    return {
      databaseDescription: null,
      tables: tables.map((table, index) =>
        describeTable(table, {
          table_xinfo: columns[index]!,
          foreign_key_list: foreignKeys[index]!,
          index_list: indexes[index]!,
          index_info: (name) => columnsOf.get(name)!,
        }),
      ),
    }
  }

  async schema(options: CallOptions): Promise<SchemaResponse> {
    if (this.dialect === 'postgres') {
      const [result] = await this.#run([{ sql: POSTGRES_SCHEMA }], options)
      return result!.rows.map(toSchemaObject)
    }
    const [objects, tables] = await this.#run([{ sql: SCHEMA_OBJECTS }, { sql: TABLE_LIST }], options)
    return objectsOfUser(objects!.rows, tables!.rows)
  }

  async close(): Promise<void> {
    this.#closed = true
    const driver = await this.#driver?.catch(() => undefined)
    await driver?.close()
  }

  /** The names, and the same as SQL has them. */
  async #tables(options: CallOptions): Promise<[name: string, quoted: string][]> {
    if (this.dialect === 'postgres') {
      const [tables] = await this.#run([{ sql: POSTGRES_TABLES }], options)
      return tables!.rows.map(([name, quoted]) => [String(name), String(quoted)])
    }
    const [tables] = await this.#run([{ sql: TABLE_LIST }], options)
    return tablesOfUser(tables!.rows).map((name) => [name, quoteName(name)])
  }

  async #pragmas(pragma: string, names: readonly string[], options: CallOptions) {
    if (names.length === 0) return []
    const statements = names.map((name) => ({ sql: `pragma main.${pragma}(${quoteName(name)})` }))
    return (await this.#run(statements, options)).map(({ rows }) => rows)
  }

  async #run(
    statements: readonly Statement[],
    { signal, readOnly = false }: QueryOptions,
    firstIndex?: number,
  ): Promise<LocalResult[]> {
    if (this.#closed) throw closedError()
    if (signal?.aborted) throw new PerSQLError('aborted', 'The call was aborted.', { cause: signal.reason })
    const bound = statements.map((statement, index) => ({
      params: [],
      ...convertParams(statement, (firstIndex ?? 0) + index, (params) => Array.from(params, toValue)),
    }))
    const driver = await this.#load()
    try {
      return await driver.batch(bound, { readOnly })
    } catch (error) {
      throw localError(error, bound, firstIndex)
    }
  }

  async #load(): Promise<LocalDriver> {
    if (this.#closed) throw closedError()
    this.#driver ??= this.#open().catch((error: unknown) => {
      this.#driver = undefined
      throw error
    })
    this.#loaded = await this.#driver
    return this.#loaded
  }
}

function toStatement(sql: string): Statement {
  return { sql }
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
