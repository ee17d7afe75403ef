import { createHash } from 'node:crypto'
import type { Field } from './postgres-pool.ts'

/** A statement that a connection has parsed, under a name. */
export interface PreparedStatement {
  readonly name: string
  /** The columns of its result, empty for one that returns no rows. Absent until it has run once. */
  fields?: readonly Field[]
}

/** How many a connection keeps. The sessions have about thirty; the rest is for SQL of others. */
const CAPACITY = 200

/** What a connection has parsed, by the text of the statement. Of too many, those go that were not used for longest. */
export class PreparedStatements {
  readonly #bySql = new Map<string, PreparedStatement>()
  #dropped: string[] = []

  has(sql: string): boolean {
    return this.#bySql.has(sql)
  }

  get(sql: string): PreparedStatement | undefined {
    const known = this.#bySql.get(sql)
    if (!known) return undefined
    this.#bySql.delete(sql)
    this.#bySql.set(sql, known)
    return known
  }

  /** To be called when the statement has run, so that it is known to be there. */
  add(sql: string, statement: PreparedStatement): void {
    this.#bySql.set(sql, statement)
    const [oldest] = this.#bySql
    if (this.#bySql.size <= CAPACITY || !oldest) return
    this.#bySql.delete(oldest[0])
    this.#dropped.push(oldest[1].name)
  }

  /** Forgets all: the tables have changed perhaps, or somebody else has dropped them. */
  clear(): void {
    this.#bySql.clear()
  }

  /** The names that nobody uses any more, once. */
  takeDropped(): readonly string[] {
    const dropped = this.#dropped
    if (dropped.length > 0) this.#dropped = []
    return dropped
  }
}

/**
 * The name of a statement. It is made of the text, so that a name never stands for another statement, also where a pool
 * between here and the server gives one connection of the server to many.
 */
export function preparedName(sql: string): string {
  return `persql_${createHash('sha256').update(sql).digest('base64url').slice(0, 22)}`
}
