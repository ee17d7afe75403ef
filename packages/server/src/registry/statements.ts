import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** Runs SQL on the registry with statements that are prepared once. */
export class Statements {
  readonly #database: DatabaseSync
  readonly #known = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  all<Row>(sql: string, ...params: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...params) as Row[]
  }

  /** With parameters by their names. */
  query<Row>(sql: string, params: Record<string, SQLInputValue>): Row[] {
    return this.#prepare(sql).all(params) as Row[]
  }

  get<Row>(sql: string, ...params: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...params) as Row | undefined
  }

  /** The number of rows that changed. */
  run(sql: string, ...params: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...params).changes)
  }

  #prepare(sql: string): StatementSync {
    const known = this.#known.get(sql)
    if (known) return known
    const statement = this.#database.prepare(sql)
    this.#known.set(sql, statement)
    return statement
  }
}
