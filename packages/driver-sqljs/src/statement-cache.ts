import { StorageError } from '@persql/session-core'
import { isBlank } from '@persql/session-core/driver'
import type { SqlJsDatabase, SqlJsStatement } from './sql-js.ts'

const CAPACITY = 256

export interface CachedStatement {
  readonly statement: SqlJsStatement
  readonly paramCount: number
  readonly returnsRows: boolean
}

/** Prepared statements by their SQL; the least recently used one makes room. */
export class StatementCache {
  readonly #database: SqlJsDatabase
  readonly #statements = new Map<string, CachedStatement>()

  constructor(database: SqlJsDatabase) {
    this.#database = database
  }

  /** The statement for exactly so many parameters. sql.js itself would take NULL for those that are missing. */
  get(sql: string, paramCount: number): CachedStatement {
    const cached = this.#statements.get(sql) ?? prepare(this.#database, sql, paramCount)
    if (cached.paramCount !== paramCount) throw wrongCount(paramCount)
    this.#statements.delete(sql)
    this.#statements.set(sql, cached)
    if (this.#statements.size > CAPACITY) this.#dropOldest()
    return cached
  }

  clear() {
    while (this.#statements.size > 0) this.#dropOldest()
  }

  #dropOldest() {
    for (const [sql, { statement }] of this.#statements) {
      statement.free()
      this.#statements.delete(sql)
      return
    }
  }
}

function prepare(database: SqlJsDatabase, sql: string, paramCount: number): CachedStatement {
  refuseAllButOne(database, sql)
  const statement = database.prepare(sql)
  if (!takes(statement, paramCount) || takes(statement, paramCount + 1)) {
    statement.free()
    throw wrongCount(paramCount)
  }
  return { statement, paramCount, returnsRows: statement.getColumnNames().length > 0 }
}

function refuseAllButOne(database: SqlJsDatabase, sql: string) {
  // SQLite stops reading at a NUL, and would run what is before it.
  if (sql.includes('\0')) throw new StorageError('INVALID_STATEMENT', 'The SQL text has a NUL character.')
  const statements = database.iterateStatements(sql)
  for (const _first of statements) {
    if (isBlank(statements.getRemainingSQL())) return
    throw new StorageError('INVALID_STATEMENT', 'The SQL text has more than one statement. Pass one each.')
  }
  throw new StorageError('INVALID_STATEMENT', 'The SQL text has no statement.')
}

// sql.js does not tell how many parameters there are, but throws for those beyond.
function takes(statement: SqlJsStatement, paramCount: number): boolean {
  try {
    return statement.bind(new Array(paramCount).fill(0))
  } catch {
    return false
  }
}

function wrongCount(given: number): StorageError {
  return new StorageError(
    'INVALID_STATEMENT',
    `The statement does not take the ${given} parameters it was given. Pass one for each placeholder.`,
  )
}
