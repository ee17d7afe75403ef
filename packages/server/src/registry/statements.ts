import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** Runs SQL on the registry with statements that are prepared once. */
export class Statements {
  readonly #database: DatabaseSync
  readonly #known = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  all<Row>(sql: string, ...params: SQLInputValue[]): Row[] {
    return this.#try(sql, (statement) => statement.all(...params) as Row[])
  }

  /** With parameters by their names. */
  query<Row>(sql: string, params: Record<string, SQLInputValue>): Row[] {
    return this.#try(sql, (statement) => statement.all(params) as Row[])
  }

  get<Row>(sql: string, ...params: SQLInputValue[]): Row | undefined {
    return this.#try(sql, (statement) => statement.get(...params) as Row | undefined)
  }

  /** The number of rows that changed. */
  run(sql: string, ...params: SQLInputValue[]): number {
    return this.#try(sql, (statement) => Number(statement.run(...params).changes))
  }

  #try<T>(sql: string, run: (statement: StatementSync) => T): T {
    try {
      return run(this.#prepare(sql))
    } catch (error) {
      // `node:sqlite` would throw the same error again at its next use.
      this.#known.delete(sql)
      throw error
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#known.get(sql)
    if (known) return known
    const statement = this.#database.prepare(sql)
    this.#known.set(sql, statement)
    return statement
  }
}
