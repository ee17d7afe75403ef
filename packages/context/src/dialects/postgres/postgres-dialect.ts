import { compileStatement, param } from '@persql/session-core'
import { sql } from 'kysely'
import { compilable } from '../compilable.ts'
import type { MemoryDialect } from '../memory-dialect.ts'
import { postgresLayout } from './postgres-layout.ts'
import { vectorIndex } from './vector-statements.ts'

const TYPES = { text: 'text', integer: 'bigint', real: 'double precision', flag: 'boolean', bytes: 'bytea' }

export const postgresDialect: MemoryDialect = {
  name: 'postgres',
  layout: postgresLayout,
  textIndex: vectorIndex,
  typed: (value, type) => {
    const cast = sql`cast(${value} as ${sql.raw(TYPES[type])})`
    // As the columns are, so that texts are compared byte by byte everywhere.
    return type === 'text' ? sql`${cast} collate "C"` : (cast as never)
  },
  texts: (array) => sql`json_array_elements_text(cast(${array} as json)) as listed(value)`,
  least: (a, b) => sql`least(${a}, ${b})`,
  greatest: (a, b) => sql`greatest(${a}, ${b})`,
  atMost: (rows) => sql`nullif(${rows}, -1)`,
  lockSession: compileStatement(
    compilable(
      sql`select pg_advisory_xact_lock(hashtextextended('ctx_episode ' || cast(${param('session')} as text), 0))`,
      'postgres',
    ),
  ),
}
