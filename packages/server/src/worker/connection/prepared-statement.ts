import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { SqlValue } from '@persql/sdk/protocol'
import { isBlank, type Placeholders, placeholdersOf } from '../execute/sql-text.ts'
import { SqlFailure } from '../wire/sql-failure.ts'
import type { Authorizer } from './authorizer.ts'
import type { Effects } from './effects.ts'

/** The columns of what EXPLAIN tells. */
const PROGRAM = 'addr,opcode,p1,p2,p3,p4,p5,comment'

/** One statement of a caller, allowed by the policy of the connection that it was prepared on. */
export class PreparedStatement {
  readonly statement: StatementSync
  readonly effects: Readonly<Effects>
  readonly returnsRows: boolean
  /** Whether it is an EXPLAIN, or looks like one. */
  readonly isProgram: boolean
  /** Whether the last result was small enough to have all rows at once, which is faster than one after the other. */
  isSmall = false
  readonly #placeholders: Placeholders
  readonly #columns: readonly string[] | undefined

  constructor(database: DatabaseSync, authorizer: Authorizer, sql: string) {
    // SQLite would stop at the zero byte, unseen.
    if (sql.includes('\0')) throw SqlFailure.of(400, 'syntax_error', 'The SQL contains a zero byte.')
    if (isBlank(sql)) throw SqlFailure.of(400, 'invalid_statement', 'The SQL contains no statement.')
    authorizer.reset()
    this.statement = database.prepare(sql)
    this.effects = { ...authorizer.effects }
    const { sourceSQL } = this.statement
    // `prepare` leaves what follows the first statement aside without a word.
    if (!isBlank(sql.slice(sourceSQL.length))) {
      throw SqlFailure.of(400, 'invalid_statement', 'The SQL contains more than one statement. Send a batch.')
    }
    this.#placeholders = placeholdersOf(sourceSQL)
    this.statement.setReturnArrays(true)
    this.statement.setReadBigInts(true)
    const columns = this.#readColumns()
    this.returnsRows = columns.length > 0
    this.isProgram = columns.join() === PROGRAM
    // Columns that are named in the text stay what they are; those of a `*` change with the table.
    this.#columns = sql.includes('*') ? undefined : columns
  }

  columns(): readonly string[] {
    return this.#columns ?? this.#readColumns()
  }

  /** The arguments of `all` and its like. There is a value for each placeholder, and a placeholder for each value. */
  bind(params: readonly SqlValue[]): SQLInputValue[] {
    const { count, named } = this.#placeholders
    if (named !== undefined) {
      throw SqlFailure.of(400, 'invalid_statement', `Parameters have no names: write ? instead of ${named}.`)
    }
    if (params.length < count) throw SqlFailure.of(400, 'too_few_params', expected(count, params.length))
    if (params.length > count) throw SqlFailure.of(400, 'too_many_params', expected(count, params.length))
    return params as SQLInputValue[]
  }

  #readColumns(): string[] {
    return this.statement.columns().map(({ name }) => name)
  }
}

function expected(count: number, given: number): string {
  return `The statement has ${count} placeholders, and ${given} parameters were given.`
}
