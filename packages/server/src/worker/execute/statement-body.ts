import {
  type BatchRequest,
  decodeValue,
  type QueryRequest,
  type SqlValue,
  type StatementRequest,
} from '@persql/sdk/protocol'
import type { WorkerLimits } from '../wire/job.ts'
import { SqlFailure } from '../wire/sql-failure.ts'

export interface Statement {
  readonly sql: string
  readonly params: readonly SqlValue[]
}

export interface StatementBody {
  readonly statements: readonly Statement[]
  /** All or none. */
  readonly transaction: boolean
  readonly readOnly: boolean
}

/** What the body of a query, or of explain and validate, asks for. Throws a failure with status 400 or 413. */
export function parseQuery(body: Buffer, limits: WorkerLimits): StatementBody {
  const fields: Unchecked<QueryRequest> = parseObject(body)
  const statement = toStatement(fields, limits, '')
  return { statements: [statement], transaction: true, readOnly: flag('readOnly', fields.readOnly) }
}

/** What the body of a batch asks for. Throws a failure with status 400 or 413. */
export function parseBatch(body: Buffer, limits: WorkerLimits): StatementBody {
  const fields: Unchecked<BatchRequest> = parseObject(body)
  const { statements } = fields
  if (!Array.isArray(statements) || statements.length === 0)
    throw invalid('statements: a list of at least one.')
  if (statements.length > limits.statements) {
    throw invalid(`statements: at most ${limits.statements} in one batch.`)
  }
  return {
    statements: statements.map((entry, index) => toStatement(entry, limits, `statements[${index}].`)),
    transaction: flag('transaction', fields.transaction),
    readOnly: flag('readOnly', fields.readOnly),
  }
}

/** A body that has the fields of a request, whatever is in them. */
type Unchecked<Body> = { readonly [Name in keyof Body]?: unknown }

function parseObject(body: Buffer): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(body))
  } catch {
    throw invalid('The body is not JSON in UTF-8.')
  }
  if (!isObject(value)) throw invalid('The body must be a JSON object.')
  return value
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function toStatement(entry: unknown, limits: WorkerLimits, at: string): Statement {
  if (!isObject(entry)) throw invalid(`${at.slice(0, -1)}: an object with "sql" and "params".`)
  const { sql, params = [] }: Unchecked<StatementRequest> = entry
  if (typeof sql !== 'string') throw invalid(`${at}sql: text.`)
  if (sql.length > limits.sqlBytes || Buffer.byteLength(sql) > limits.sqlBytes) {
    throw SqlFailure.of(413, 'too_large', `${at}sql: at most ${limits.sqlBytes} bytes.`)
  }
  if (!sql.isWellFormed()) throw invalid(`${at}sql: half of a surrogate pair.`)
  if (!Array.isArray(params)) throw invalid(`${at}params: a list of values.`)
  if (params.length > limits.params) {
    throw SqlFailure.of(400, 'too_many_params', `${at}params: at most ${limits.params}.`)
  }
  return { sql, params: params.map((value, index) => toValue(value, `${at}params[${index}]`)) }
}

function toValue(value: unknown, at: string): SqlValue {
  if (typeof value === 'string' && !value.isWellFormed()) throw invalid(`${at}: half of a surrogate pair.`)
  // JSON.parse makes infinity of 1e999.
  if (typeof value === 'number' && !Number.isFinite(value)) throw invalid(`${at}: a number too large.`)
  try {
    return decodeValue(value)
  } catch {
    throw invalid(`${at}: null, text, a number, a boolean, {"$bytes"} or {"$bigint"}.`)
  }
}

function flag(name: string, value: unknown = false): boolean {
  if (typeof value !== 'boolean') throw invalid(`${name}: true or false.`)
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(message: string): SqlFailure {
  return new SqlFailure(400, message)
}
