import { type SqlValue, StorageError } from '@persql/session-core'
import { replacePlaceholders } from '@persql/session-core/driver'
import type { SqlJsValue } from './sql-js.ts'

export interface BoundSql {
  readonly sql: string
  readonly params: SqlJsValue[]
}

/** The same statement without bigints, which sql.js would bind as texts: those of more than 32 bits become casts. */
export function bindBigints(sql: string, params: readonly SqlValue[]): BoundSql {
  const bound = params.map(withoutBigint)
  const isText = params.map((value, index) => typeof value === 'bigint' && typeof bound[index] === 'string')
  return { sql: isText.includes(true) ? castToInteger(sql, isText) : sql, params: bound }
}

function withoutBigint(value: SqlValue): SqlJsValue {
  if (typeof value !== 'bigint') return value
  if (BigInt.asIntN(64, value) !== value) throw refusal('has a bigint of more than 64 bits.')
  return BigInt.asIntN(32, value) === value ? Number(value) : String(value)
}

function castToInteger(sql: string, isText: readonly boolean[]): string {
  let count = 0
  return replacePlaceholders(sql, (token) => {
    if (!token.startsWith('?')) throw refusal('needs ? placeholders to take bigints.')
    const position = token === '?' ? count + 1 : Number(token.slice(1))
    count = Math.max(count, position)
    return isText[position - 1] ? `CAST(${token} AS INTEGER)` : token
  })
}

function refusal(what: string): StorageError {
  return new StorageError('INVALID_STATEMENT', `The statement ${what}`)
}
