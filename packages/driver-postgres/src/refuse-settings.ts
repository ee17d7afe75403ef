import { type SqlStatement, StorageError } from '@persql/session-core'

const SETTING =
  /^(?:[\s;]|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*(?:set(?!\s+local\b)|reset|discard|prepare|deallocate|listen|unlisten|load)\b/i

/** Throws `INVALID_STATEMENT` for what changes the connection, which others use after this batch. */
export function refuseSettings(statements: readonly SqlStatement[]): void {
  const statementIndex = statements.findIndex(({ sql }) => SETTING.test(sql))
  if (statementIndex < 0) return
  throw new StorageError(
    'INVALID_STATEMENT',
    `Statement ${statementIndex} changes the connection, which others use after this batch. Use SET LOCAL, or the options of the connection.`,
    { statementIndex },
  )
}
