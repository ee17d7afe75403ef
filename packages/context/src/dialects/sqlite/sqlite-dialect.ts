import { sql } from 'kysely'
import type { MemoryDialect } from '../memory-dialect.ts'
import { ftsIndex } from './fts-statements.ts'
import { sqliteLayout } from './sqlite-layout.ts'

export const sqliteDialect: MemoryDialect = {
  name: 'sqlite',
  layout: sqliteLayout,
  textIndex: ftsIndex,
  typed: (value) => sql`${value}`,
  texts: (array) => sql`json_each(${array})`,
  least: (a, b) => sql`min(${a}, ${b})`,
  greatest: (a, b) => sql`max(${a}, ${b})`,
  atMost: (rows) => rows,
}
