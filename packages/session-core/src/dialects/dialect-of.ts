import type { SqlDialect } from '../driver/sql-driver.ts'
import { chooseDialect } from './choose-dialect.ts'
import { postgresDialect } from './postgres/postgres-dialect.ts'
import type { SessionDialect } from './session-dialect.ts'
import { sqliteDialect } from './sqlite/sqlite-dialect.ts'

const DIALECTS: Readonly<Partial<Record<SqlDialect, SessionDialect>>> = {
  sqlite: sqliteDialect,
  postgres: postgresDialect,
}

/** The dialect that a driver names. Throws `INVALID_ARGUMENT` for one that sessions do not speak. */
export function dialectOf(name: SqlDialect): SessionDialect {
  return chooseDialect(DIALECTS, name, 'Sessions need')
}
