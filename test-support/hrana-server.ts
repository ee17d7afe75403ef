import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import Database from 'better-sqlite3'

// The part of Hrana 2 over HTTP that a batch of `@libsql/client` uses:
// https://github.com/tursodatabase/libsql/blob/main/docs/HTTP_V2_SPEC.md

type Value =
  | { readonly type: 'null' }
  | { readonly type: 'integer' | 'text'; readonly value: string }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'blob'; readonly base64: string }

type Condition =
  | { readonly type: 'ok' | 'error'; readonly step: number }
  | { readonly type: 'not'; readonly cond: Condition }

interface Stmt {
  readonly sql?: string
  readonly sql_id?: number
  readonly args?: readonly Value[]
}

interface Step {
  readonly stmt: Stmt
  readonly condition?: Condition
}

type StreamRequest =
  | { readonly type: 'store_sql'; readonly sql: string; readonly sql_id: number }
  | { readonly type: 'batch'; readonly batch: { readonly steps: readonly Step[] } }
  | { readonly type: 'close' | 'close_sql' }

export interface HranaServer {
  /** The URL of a database, which is made when it is first used. */
  urlOf(database: string): string
  /** Answers a request instead of the database, where it says so. */
  intercept?: ((response: ServerResponse) => boolean) | undefined
  /** The `Authorization` of the last request. */
  authorization: string | undefined
  close(): Promise<void>
}

/** A server of databases in memory that speaks to `@libsql/client`. Each request for a batch is its own stream. */
export async function hranaServer(): Promise<HranaServer> {
  const databases = new Map<string, Database.Database>()

  function databaseOf(path: string): Database.Database {
    const database = databases.get(path) ?? new Database(':memory:')
    databases.set(path, database)
    return database
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const [, path, end] = /^\/([^/]+)\/(.*)$/.exec(request.url ?? '') ?? []
    if (path === undefined || end !== 'v2/pipeline') return response.writeHead(404).end()
    server.authorization = request.headers.authorization
    const { requests } = JSON.parse(await text(request)) as { requests: StreamRequest[] }
    if (server.intercept?.(response)) return response
    return response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ baton: null, base_url: null, results: runStream(databaseOf(path), requests) }))
  }

  const http = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const server: HranaServer = {
    urlOf: (database) => `http://127.0.0.1:${port}/${database}/`,
    authorization: undefined,
    async close() {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
      for (const database of databases.values()) database.close()
    },
  }
  return server
}

function runStream(database: Database.Database, requests: readonly StreamRequest[]) {
  const texts = new Map<number, string>()
  return requests.map((request) => {
    if (request.type === 'store_sql') texts.set(request.sql_id, request.sql)
    const result = request.type === 'batch' ? { result: runSteps(database, request.batch.steps, texts) } : {}
    return { type: 'ok', response: { type: request.type, ...result } }
  })
}

function runSteps(
  database: Database.Database,
  steps: readonly Step[],
  texts: ReadonlyMap<number, string>,
): { step_results: unknown[]; step_errors: unknown[] } {
  const results: unknown[] = []
  const errors: unknown[] = []
  const holds = (condition: Condition): boolean => {
    if (condition.type === 'not') return !holds(condition.cond)
    return (condition.type === 'ok' ? results : errors)[condition.step] != null
  }
  for (const { stmt, condition } of steps) {
    let [result, error]: unknown[] = [null, null]
    try {
      if (!condition || holds(condition)) result = runStmt(database, stmt, texts)
    } catch (thrown) {
      const { message, code } = thrown as Error & { code?: string }
      error = { message: `SQLite error: ${message}`, code: code ?? 'SQLITE_MISUSE' }
    }
    results.push(result)
    errors.push(error)
  }
  if (database.inTransaction) database.exec('rollback')
  database.pragma('query_only = off')
  return { step_results: results, step_errors: errors }
}

function runStmt(
  database: Database.Database,
  { sql, sql_id, args = [] }: Stmt,
  texts: ReadonlyMap<number, string>,
) {
  const given = sql ?? texts.get(sql_id!)!
  const isReadOnly = /^begin .*readonly/i.test(given)
  if (isReadOnly) database.pragma('query_only = on')
  const statement = database.prepare(isReadOnly ? 'begin' : given).safeIntegers(true)
  const values = args.map(fromValue)
  if (!statement.reader) {
    const { changes, lastInsertRowid } = statement.run(...values)
    return { cols: [], rows: [], affected_row_count: changes, last_insert_rowid: String(lastInsertRowid) }
  }
  const cols = statement.columns().map(({ name, type }) => ({ name, decltype: type }))
  const rows = (statement.raw(true).all(...values) as unknown[][]).map((row) => row.map(toValue))
  return { cols, rows, affected_row_count: 0, last_insert_rowid: null }
}

function fromValue(value: Value): unknown {
  switch (value.type) {
    case 'null':
      return null
    case 'integer':
      return BigInt(value.value)
    case 'blob':
      return Buffer.from(value.base64, 'base64')
    default:
      return value.value
  }
}

function toValue(cell: unknown): Value {
  if (cell === null) return { type: 'null' }
  if (typeof cell === 'bigint') return { type: 'integer', value: String(cell) }
  if (typeof cell === 'number') return { type: 'float', value: cell }
  if (typeof cell === 'string') return { type: 'text', value: cell }
  return { type: 'blob', base64: (cell as Buffer).toString('base64') }
}
