import type { BatchOptions, CallOptions, QueryOptions } from '../call-options.ts'
import { PerSQLError } from '../errors/persql-error.ts'
import type { HttpCall, HttpClient } from '../http/http-client.ts'
import { checkKey, randomKey } from '../http/idempotency-key.ts'
import {
  type BatchRequest,
  type CallData,
  type DescribeResponse,
  type ExplainResponse,
  encodeValues,
  HEADERS,
  LONG_TEXTS_TYPE,
  pathOf,
  type QueryRequest,
  ROUTES,
  type SchemaResponse,
  type StatementRequest,
  type Success,
  type TablesResponse,
  type ValidateResponse,
} from '../protocol/index.ts'
import type { SqlBackend, Statement } from '../sql-backend.ts'
import { convertParams } from './convert-params.ts'
import { decodeResult, type QueryResult } from './query-result.ts'

type SqlCall = 'query' | 'batch' | 'explain' | 'validate' | 'tables' | 'describe' | 'schema'

/** Runs SQL behind the API. */
export class RemoteBackend implements SqlBackend {
  readonly dialect: 'sqlite' | 'postgres'
  readonly #http: HttpClient
  readonly #params: { readonly ns: string; readonly db: string }
  /** With the parameters filled in. */
  readonly #paths = new Map<SqlCall, string>()

  constructor(http: HttpClient, ns: string, db: string, dialect: 'sqlite' | 'postgres') {
    this.dialect = dialect
    this.#http = http
    this.#params = { ns, db }
  }

  async query(statement: Statement, options: QueryOptions): Promise<QueryResult> {
    const body: QueryRequest = { ...toRequest(statement, 0), ...readOnlyFlag(options) }
    const { data, meta } = await this.#call('query', { ...sqlCall([body], options), body })
    return decode(() => decodeResult(data, meta))
  }

  async batch(statements: readonly Statement[], options: BatchOptions): Promise<QueryResult[]> {
    const body: BatchRequest = {
      statements: statements.map(toRequest),
      ...(options.transaction ? { transaction: true } : {}),
      ...readOnlyFlag(options),
    }
    const { data, meta } = await this.#call('batch', { ...sqlCall(body.statements, options), body })
    return decode(() => data.map((result) => decodeResult(result, meta)))
  }

  async explain(statement: Statement, options: CallOptions): Promise<ExplainResponse> {
    return (await this.#call('explain', statementCall(statement, options))).data
  }

  async validate(statement: Statement, options: CallOptions): Promise<ValidateResponse> {
    return (await this.#call('validate', statementCall(statement, options))).data
  }

  async tables(options: CallOptions): Promise<TablesResponse> {
    return (await this.#call('tables', options)).data
  }

  async describe(options: CallOptions): Promise<DescribeResponse> {
    return (await this.#call('describe', options)).data
  }

  async schema(options: CallOptions): Promise<SchemaResponse> {
    return (await this.#call('schema', options)).data
  }

  #call<Name extends SqlCall>(name: Name, call: HttpCall<Name>): Promise<Success<CallData<Name>>> {
    let path = this.#paths.get(name)
    if (path === undefined) {
      path = pathOf(ROUTES[name], this.#params)
      this.#paths.set(name, path)
    }
    return this.#http.call(name, path, call)
  }
}

function statementCall(statement: Statement, options: CallOptions) {
  const body = toRequest(statement, 0)
  return { ...options, body, repeatable: true, statements: [body] }
}

const ACCEPT = `application/json, ${LONG_TEXTS_TYPE}`

function sqlCall(
  statements: readonly StatementRequest[],
  options: QueryOptions,
): Omit<HttpCall<SqlCall>, 'body' | 'query'> {
  const { idempotencyKey, planKey, planStep, readOnly = false, ...rest } = options
  const headers: Record<string, string> = { accept: ACCEPT }
  if ((planKey === undefined) !== (planStep === undefined)) {
    throw new PerSQLError('invalid_argument', 'planKey and planStep must be given together.')
  }
  if (planKey !== undefined && idempotencyKey !== undefined) {
    throw new PerSQLError('invalid_argument', 'Either an idempotencyKey or a planKey can be given.')
  }
  if (planKey !== undefined && planStep !== undefined) {
    headers[HEADERS.planKey] = checkKey('planKey', planKey)
    headers[HEADERS.planStep] = checkKey('planStep', planStep)
  } else if (idempotencyKey !== undefined) {
    headers[HEADERS.idempotencyKey] = checkKey('idempotencyKey', idempotencyKey)
  } else if (!readOnly) {
    headers[HEADERS.idempotencyKey] = randomKey()
  }
  return { ...rest, headers, isWrite: !readOnly, repeatable: true, statements }
}

function readOnlyFlag({ readOnly }: QueryOptions): { readOnly?: true } {
  return readOnly ? { readOnly: true } : {}
}

function toRequest(statement: Statement, index: number): StatementRequest {
  return convertParams(statement, index, encodeValues)
}

function decode<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    throw new PerSQLError(
      'invalid_response',
      'The answer of the PerSQL API has another form than expected.',
      { cause },
    )
  }
}
