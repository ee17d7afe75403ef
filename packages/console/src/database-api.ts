import { PerSQL, type PerSQLDatabase, PerSQLError, type QueryResult } from '@persql/sdk'
import {
  type BatchRequest,
  type BatchResponse,
  type CallData,
  type CallName,
  type DatabaseInfo,
  decodeValue,
  encodeCell,
  encodeValue,
  type Failure,
  type MeResponse,
  type QueryRequest,
  type QueryResponse,
  ROUTES,
  type Route,
  type SqlErrorDetail,
  type SqlErrorKind,
  type StatementRequest,
  type Success,
  type WireBigInt,
} from '@persql/sdk/protocol'
import type { SqlDriver } from '@persql/session-core'

export interface DatabaseApiOptions {
  readonly driver: SqlDriver
  readonly name: string
  /** Refuses every call that would write. */
  readonly readOnly: boolean
}

export interface ApiAnswer {
  readonly status: number
  /** JSON. */
  readonly body: string
  /** What went wrong with the SQL, if that is what went wrong. */
  readonly kind?: SqlErrorKind
}

type Handlers = { readonly [Name in CallName]?: (body: unknown) => CallData<Name> | Promise<CallData<Name>> }

const NAMES = Object.keys(ROUTES) as CallName[]
const READS: ReadonlySet<CallName> = new Set(['explain', 'validate', 'tables', 'describe', 'schema'])
const NAMESPACE = 'local'
const SLUG = 'database'

/** Method and path of the call that describes the database. */
export const DESCRIBE = [
  ROUTES.describe.method,
  ROUTES.describe.path.replace(':ns', NAMESPACE).replace(':db', SLUG),
] as const

/** The calls of the PerSQL API that one database needs, on a driver. Every call resolves with its answer. */
export class DatabaseApi {
  readonly #handlers: Handlers
  readonly #readOnly: boolean

  constructor({ driver, name, readOnly }: DatabaseApiOptions) {
    const reader = handleOn({
      dialect: driver.dialect,
      batch: (statements, options) => driver.batch(statements, { ...options, readOnly: true }),
      close: async () => {},
    })
    const writer = readOnly ? reader : handleOn(driver)
    const database: DatabaseInfo = {
      id: SLUG,
      slug: SLUG,
      name,
      status: 'healthy',
      region: 'local',
      forkedFromId: null,
      expiresAt: null,
    }
    const me: MeResponse = {
      namespaceSlug: NAMESPACE,
      namespaceId: NAMESPACE,
      role: readOnly ? 'readonly' : 'admin',
    }
    this.#readOnly = readOnly
    this.#handlers = {
      me: () => me,
      listDatabases: () => [database],
      query: (body) => query(reader, writer, asObject(body) as unknown as QueryRequest),
      batch: (body) => batch(reader, writer, asObject(body) as unknown as BatchRequest),
      explain: (body) => reader.explain(...toStatement(body)),
      validate: (body) => reader.validate(...toStatement(body)),
      tables: () => reader.tables(),
      describe: () => reader.describe(),
      schema: () => reader.schema(),
    }
  }

  /** Whether a call looks into the database and cannot change it. */
  isRead(method: string, path: string, body: unknown): boolean {
    const name = nameOf(method, path)
    if (name === 'query' || name === 'batch') return this.#readOnly || isDeclaredToRead(body)
    return name !== undefined && READS.has(name)
  }

  async answer(method: string, path: string, body: unknown): Promise<ApiAnswer> {
    const name = nameOf(method, path)
    const handler = name && this.#handlers[name]
    if (!handler) return failure(404, 'There is no such route')
    try {
      const success: Success<unknown> = { success: true, data: await handler(body) }
      return { status: 200, body: JSON.stringify(success) }
    } catch (error) {
      if (!(error instanceof PerSQLError)) return failure(500, 'The console failed to answer.')
      const { message, detail, code } = error
      // As a server answers: it is the caller's own promise that is broken, or the right to write that is missing.
      const isForbidden = detail?.kind === 'readonly' && !isDeclaredToRead(body)
      const status = isForbidden ? 403 : error.status
      return failure(status ?? (code === 'invalid_argument' ? 400 : 503), message, detail)
    }
  }
}

/** The answer to a call that failed. */
export function failure(status: number, error: string, errorDetail?: SqlErrorDetail): ApiAnswer {
  const body: Failure = { success: false, error, ...(errorDetail && { errorDetail }) }
  return { status, body: JSON.stringify(body), ...(errorDetail && { kind: errorDetail.kind }) }
}

function nameOf(method: string, path: string): CallName | undefined {
  return NAMES.find((name) => ROUTES[name].method === method && pathMatches(ROUTES[name], path))
}

function isDeclaredToRead(body: unknown): boolean {
  return Boolean((body as { readOnly?: unknown } | null)?.readOnly)
}

function handleOn(driver: Pick<SqlDriver, 'dialect' | 'batch' | 'close'>): PerSQLDatabase {
  return new PerSQL({ local: driver }).database(NAMESPACE, SLUG)
}

async function query(
  reader: PerSQLDatabase,
  writer: PerSQLDatabase,
  body: QueryRequest,
): Promise<QueryResponse> {
  return toResponse(await (body.readOnly ? reader : writer).query(...toStatement(body)))
}

async function batch(
  reader: PerSQLDatabase,
  writer: PerSQLDatabase,
  body: BatchRequest,
): Promise<BatchResponse> {
  const { statements, transaction, readOnly } = body
  if (!Array.isArray(statements)) throw new PerSQLError('invalid_argument', 'statements must be a list.')
  const bound = statements.map((statement) => {
    const [sql, params] = toStatement(statement)
    return { sql, params }
  })
  const options = { transaction: transaction === true }
  return (await (readOnly ? reader : writer).batch(bound, options)).map(toResponse)
}

function toStatement(body: unknown): [sql: string, params: ReturnType<typeof decodeValue>[]] {
  const { sql, params = [] } = asObject(body) as unknown as StatementRequest
  if (typeof sql !== 'string' || !Array.isArray(params)) {
    throw new PerSQLError('invalid_argument', 'A statement has "sql", a text, and "params", a list.')
  }
  try {
    return [sql, params.map(decodeValue)]
  } catch (error) {
    throw new PerSQLError('invalid_argument', (error as Error).message)
  }
}

function asObject(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null) return body as Record<string, unknown>
  throw new PerSQLError('invalid_argument', 'The body must be a JSON object.')
}

function toResponse(result: QueryResult): QueryResponse {
  const { columns, rows, rowsRead, rowsWritten, changes, lastInsertRowid } = result
  return {
    columns,
    rows: rows.map((row) => row.map(encodeCell)),
    rowsRead,
    rowsWritten,
    ...(changes !== undefined && { changes }),
    ...(lastInsertRowid !== undefined && {
      lastInsertRowid: encodeValue(lastInsertRowid) as number | WireBigInt,
    }),
  }
}

function pathMatches(route: Route, path: string): boolean {
  const wanted = route.path.split('/')
  const given = path.split('/')
  return (
    wanted.length === given.length &&
    wanted.every((part, index) =>
      part === ':ns'
        ? given[index] === NAMESPACE
        : part === ':db'
          ? given[index] === SLUG
          : part === given[index],
    )
  )
}
