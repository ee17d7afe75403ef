import { PerSQLError } from '@persql/sdk'
import { isStorageError } from '@persql/session-core'
import { CommanderError } from 'commander'
import { explainApiError } from './explain-api-error.ts'
import { explainSystemError } from './explain-system-error.ts'
import { neutralise, neutraliseLines } from './terminal/neutralise.ts'
import { note } from './terminal/print.ts'
import { UsageError } from './usage-error.ts'

/** Says on one line what went wrong. Returns the status that the program ends with. */
export function reportError(error: unknown): number {
  if (error instanceof CommanderError) {
    // It has said what it had to say.
    return error.exitCode === 0 ? 0 : 2
  }
  const message =
    explainSystemError(error) ??
    explainApiError(error) ??
    (error instanceof Error ? error.message : String(error))
  // Of a statement that nobody has given, or the only one that was, the number says nothing.
  note(`persql: ${neutralise(message.replace(/^Statement \d+: /, ''))}`)
  if (process.env['PERSQL_DEBUG'] && error instanceof Error) note(neutraliseLines(error.stack ?? ''))
  return isMisuse(error) ? 2 : 1
}

function isMisuse(error: unknown): boolean {
  if (error instanceof PerSQLError) return error.code === 'invalid_argument'
  return error instanceof UsageError || isStorageError(error, 'INVALID_ARGUMENT')
}
