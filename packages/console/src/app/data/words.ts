import type { SessionDialect } from '@persql/session-core'
import { type RawBuilder, sql } from 'kysely'

/** What the figures and the runs ask for, in the words of a kind of SQL. */
export interface Words {
  /** In ms, as the tables of runs have times, by the clock of the database. */
  readonly now: RawBuilder<number>
  /** The time of a row up to its hour or its day, as in `2026-01-31 23:00` and `2026-01-31`; UTC. */
  upTo(unit: 'hour' | 'day', time: string): RawBuilder<string>
  /** How many bytes the database takes up: the product of what these queries give. */
  readonly size: readonly RawBuilder<unknown>[]
}

const SQLITE: Words = {
  now: sql`(cast(strftime('%s', 'now') as integer) * 1000)`,
  upTo: (unit, time) => sql`strftime(${unit === 'hour' ? '%Y-%m-%d %H:00' : '%Y-%m-%d'}, ${sql.ref(time)})`,
  // As statements: a view of a caller goes before a function of its name.
  size: [sql`pragma main.page_count`, sql`pragma main.page_size`],
}

const POSTGRES: Words = {
  now: sql`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
  upTo: (unit, time) =>
    sql`to_char(${sql.ref(time)}, ${sql.lit(unit === 'hour' ? 'YYYY-MM-DD HH24:00' : 'YYYY-MM-DD')})`,
  size: [sql`select pg_database_size(current_database())`],
}

export function wordsOf({ name }: SessionDialect): Words {
  return name === 'postgres' ? POSTGRES : SQLITE
}
