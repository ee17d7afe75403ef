import { type DriverLimits, type SqlStatement, StorageError } from '@persql/session-core'

// https://developers.cloudflare.com/d1/platform/limits/
// https://developers.cloudflare.com/durable-objects/platform/limits/
const ROW_BYTES = 2_000_000
const SQL_BYTES = 100_000
const PARAMETERS = 100

/** What both engines cap. An item shares its row with the id of its session, which has up to 1,024 characters. */
export const LIMITS: DriverLimits = { valueBytes: ROW_BYTES - 4_096, patternBytes: 50 }

/** Throws for what the engines do not take, or could not give back, before anything is sent. */
export function refuseUnfit(statements: readonly SqlStatement[]): void {
  for (const [statementIndex, { sql, params = [] }] of statements.entries()) {
    const refusal = (code: 'TOO_LARGE' | 'INVALID_STATEMENT', what: string) =>
      new StorageError(code, `Statement ${statementIndex} ${what}`, { statementIndex })

    if (isLonger(sql, SQL_BYTES)) throw refusal('TOO_LARGE', `has more than ${SQL_BYTES} bytes of SQL.`)
    if (params.length > PARAMETERS) {
      throw refusal(
        'INVALID_STATEMENT',
        `has ${params.length} parameters, of at most ${PARAMETERS}. Pass a list as one parameter, for json_each(?).`,
      )
    }
    for (const [index, value] of params.entries()) {
      if (typeof value === 'bigint' && !Number.isSafeInteger(Number(value))) {
        throw refusal(
          'INVALID_STATEMENT',
          `has a parameter ${index + 1} beyond 2^53, which Cloudflare would give back rounded. Store it as a text.`,
        )
      }
      if (
        typeof value === 'string' ? isLonger(value, ROW_BYTES) : (value as Uint8Array)?.byteLength > ROW_BYTES
      ) {
        throw refusal('TOO_LARGE', `has a parameter ${index + 1} of more than ${ROW_BYTES} bytes.`)
      }
    }
  }
}

const utf8 = new TextEncoder()

function isLonger(text: string, bytes: number): boolean {
  if (text.length * 3 <= bytes) return false
  return text.length > bytes || utf8.encode(text).length > bytes
}
