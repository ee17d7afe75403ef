import { isStorageError, StorageError, type StorageErrorCode } from '@persql/session-core'
import { sqlStateCode, sqlStateOf } from '@persql/session-core/driver'

/** What the server says of these may quote a value: data that does not fit, and errors that triggers raise. */
const MAY_QUOTE = /^(?:22|P0|XX)/

/** What a failed connection says of a server that is there and does not take it. */
const REFUSED = /does not support SSL|certificate|self.signed|password must be a string/i

/** What the client threw, as a `StorageError`. What the server said of values is in neither message nor cause. */
export function postgresError(error: unknown, statementIndex?: number): StorageError {
  if (isStorageError(error)) return error
  const state = sqlStateOf(error)
  const where = statementIndex === undefined ? '' : `Statement ${statementIndex}: `
  if (state === undefined || !(error instanceof Error)) {
    const text = error instanceof Error ? describe(error) : String(error)
    return new StorageError(connectionCode(error, text), `${where}${text}`, { cause: error })
  }
  const said = withoutValues(error, state)
  return new StorageError(
    sqlStateCode(state),
    `${where}${said.message} (SQLSTATE ${state})${adviceFor(state)}`,
    {
      cause: said,
      statementIndex,
    },
  )
}

/** True where the server itself answered with an error and works on with this connection. */
export function isRefusal(error: unknown): boolean {
  const { severity } = (error ?? {}) as { severity?: unknown }
  return sqlStateOf(error) !== undefined && severity !== 'FATAL' && severity !== 'PANIC'
}

function withoutValues(error: Error, state: string): Error {
  for (const field of ['detail', 'where', 'internalQuery']) Reflect.deleteProperty(error, field)
  if (!MAY_QUOTE.test(state)) return error
  const { routine } = error as { routine?: unknown }
  const message = `The server refused a value${typeof routine === 'string' ? ` in ${routine}` : ''}`
  return Object.assign(error, { message, stack: error.stack?.split(error.message).join(message) })
}

function connectionCode(error: unknown, text: string): StorageErrorCode {
  const { code } = (error ?? {}) as { code?: unknown }
  if (REFUSED.test(text) || /^(?:CERT_|ERR_TLS_|ERR_SSL_)|_CERT/.test(String(code))) return 'CANNOT_OPEN'
  return 'UNAVAILABLE'
}

function describe(error: Error): string {
  if (error.message !== '') return error.message
  // Where a name has several addresses, each of them failed.
  const { errors = [] } = error as { errors?: readonly Error[] }
  return errors.map(({ message }) => message).join('; ') || error.name
}

function adviceFor(state: string): string {
  switch (state) {
    case '57014':
      return '. Nothing was changed. The server allows less time (statement_timeout).'
    case '25006':
      return '. This server, or this batch, may only read.'
    case '26000':
    case '42P05':
      return '. A pool between here and the server mixes up prepared statements: set `preparedStatements: false`.'
    default:
      return ''
  }
}
