import { type SqlStatement, StorageError } from '@persql/session-core'
import { leadingKeyword, skipBlank } from '@persql/session-core/driver'
import { refuseSideEffects } from '@persql/session-core/sqlite'

const READS: ReadonlySet<string> = new Set(['select', 'values', 'with', 'pragma'])
const EXPLAIN = /explain\b/iy
/** It writes in a statement that SQLite says only reads. */
const HIDES_WRITES = /pragma_optimize/i
const TOKEN = /'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[()]|[\w$\u0080-\uffff]+/g
const VERB = /^(?:select|values|insert|replace|update|delete)$/i

/** By its text, so that a statement that comes again and again is read once. */
const known = new Map<string, boolean>()
const CAPACITY = 256

/** Throws `READ_ONLY` for a statement that may write: neither engine has a way to run one that must not. */
export function refuseWrites(statements: readonly SqlStatement[]): void {
  refuseSideEffects(statements)
  for (const [statementIndex, { sql }] of statements.entries()) {
    if (isReading(sql)) continue
    throw new StorageError(
      'READ_ONLY',
      `Statement ${statementIndex} may write, and the batch was declared as one that only reads.`,
      { statementIndex },
    )
  }
}

/** Whether a statement cannot change the database. */
export function isReading(sql: string): boolean {
  const seen = known.get(sql)
  if (seen !== undefined) return seen
  const reads = reading(sql)
  if (known.size >= CAPACITY) known.clear()
  known.set(sql, reads)
  return reads
}

function reading(sql: string): boolean {
  if (HIDES_WRITES.test(sql)) return false
  EXPLAIN.lastIndex = skipBlank(sql)
  if (EXPLAIN.test(sql)) return true
  const keyword = leadingKeyword(sql)
  if (!READS.has(keyword)) return false
  return keyword !== 'with' || /^(?:select|values)$/i.test(verbBehindWith(sql))
}

/** The first verb of SQL outside of parentheses: that of the statement, behind its common table expressions. */
function verbBehindWith(sql: string): string {
  let depth = 0
  for (const [token] of sql.matchAll(TOKEN)) {
    if (token === '(') depth += 1
    else if (token === ')') depth -= 1
    else if (depth === 0 && VERB.test(token)) return token
  }
  return ''
}
