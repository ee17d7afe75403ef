import { type SqlDialect, statementBuilder } from '@persql/session-core'
import type { RawBuilder } from 'kysely'

export function compilable(
  statement: RawBuilder<unknown>,
  dialect: Extract<SqlDialect, 'sqlite' | 'postgres'> = 'sqlite',
) {
  return { compile: () => statement.compile(statementBuilder(dialect)) }
}
