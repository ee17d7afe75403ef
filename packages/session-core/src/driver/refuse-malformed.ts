import type { SqlStatement } from './sql-driver.ts'
import { isBlank, skipBlank } from './sql-text.ts'
import { StorageError } from './storage-error.ts'

/** What a text of SQL says of itself. */
interface Shape {
  readonly problem?: string
  readonly placeholders: number
}

const TRIGGER = /create\s+(?:temp(?:orary)?\s+)?trigger\b/iy
const TOKEN =
  /'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|;|\?\d*|[:@#$][\w$\u0080-\uffff]+|[\w$\u0080-\uffff]+/g

/** By its text, so that a statement that comes again and again is read once. */
const known = new Map<string, Shape>()
const CAPACITY = 256

/**
 * Throws `INVALID_STATEMENT` for a text of SQLite's SQL that holds no statement or several, and for one whose
 * placeholders are not as many as its parameters: for bindings that ignore what is too much, and take NULL for what is
 * missing.
 */
export function refuseMalformed(statements: readonly SqlStatement[]): void {
  for (let index = 0; index < statements.length; index++) {
    const { sql, params } = statements[index]!
    const { problem, placeholders } = shapeOf(sql)
    const given = params?.length ?? 0
    if (problem !== undefined) throw malformed(index, problem)
    if (given !== placeholders)
      throw malformed(index, `has ${placeholders} placeholders, and ${given} parameters.`)
  }
}

function malformed(statementIndex: number, what: string): StorageError {
  return new StorageError('INVALID_STATEMENT', `Statement ${statementIndex} ${what}`, { statementIndex })
}

function shapeOf(sql: string): Shape {
  const seen = known.get(sql)
  if (seen) return seen
  const shape = readShape(sql)
  if (known.size >= CAPACITY) known.clear()
  known.set(sql, shape)
  return shape
}

function readShape(sql: string): Shape {
  if (isBlank(sql)) return { problem: 'holds no SQL.', placeholders: 0 }
  const begin = skipBlank(sql)
  TRIGGER.lastIndex = begin
  const isTrigger = TRIGGER.test(sql)
  const names = new Set<string>()
  let placeholders = 0
  let before = ''
  TOKEN.lastIndex = begin
  for (let match = TOKEN.exec(sql); match; match = TOKEN.exec(sql)) {
    const [token] = match
    if (/^(?:--|\/\*)/.test(token)) continue
    // The statements inside a trigger end with a semicolon, and it with the END behind one.
    const isEnd = isTrigger ? before === ';' && /^end$/i.test(token) : token === ';'
    if (isEnd && skipBlank(sql, TOKEN.lastIndex) < sql.length) {
      return { problem: 'holds more than one statement. Pass one each.', placeholders }
    }
    if (/^\?\d/.test(token)) placeholders = Math.max(placeholders, Number(token.slice(1)))
    else if (token === '?' || (/^[:@#$]/.test(token) && !names.has(token))) placeholders += 1
    if (/^[:@#$]/.test(token)) names.add(token)
    before = token
  }
  return { placeholders }
}
