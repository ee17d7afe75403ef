import { type SqlStatement, type SqlValue, StorageError } from '@persql/session-core'

const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\?\d*|[:@$#]\w+/g

/**
 * sql.js binds a bigint as text. Where it fits, it is bound as a number here; else the text that SQLite gets for it
 * is cast back to an integer.
 */
export function bindBigints(sql: string, params: readonly SqlValue[]): Required<SqlStatement> {
  if (!params.some((value) => typeof value === 'bigint')) return { sql, params }
  const bound = params.map((value) => (isInt32(value) ? Number(value) : value))
  if (!bound.some((value) => typeof value === 'bigint')) return { sql, params: bound }
  let count = 0
  const cast = sql.replace(TOKEN, (token) => {
    if (/^[:@$#]/.test(token)) throw refusal('needs ? placeholders to take bigints.')
    if (!token.startsWith('?')) return token
    const position = token === '?' ? count + 1 : Number(token.slice(1))
    count = Math.max(count, position)
    const value = bound[position - 1]
    if (typeof value !== 'bigint') return token
    if (BigInt.asIntN(64, value) !== value) throw refusal('has a bigint of more than 64 bits.')
    return `CAST(${token} AS INTEGER)`
  })
  return { sql: cast, params: bound }
}

function isInt32(value: SqlValue): boolean {
  return typeof value === 'bigint' && BigInt.asIntN(32, value) === value
}

function refusal(what: string): StorageError {
  return new StorageError('INVALID_STATEMENT', `The statement ${what}`)
}
