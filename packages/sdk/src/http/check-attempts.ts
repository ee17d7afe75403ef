import { PerSQLError } from '../errors/persql-error.ts'

/** Timers that are set for longer fire at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1

/** Throws `invalid_argument` for what no call can be tried with. */
export function checkAttempts(timeout: number, maxRetries: number): void {
  if (typeof timeout !== 'number' || !(timeout >= 1 && timeout <= LONGEST_TIMEOUT)) {
    throw new PerSQLError('invalid_argument', `timeout must be 1 to ${LONGEST_TIMEOUT} milliseconds.`)
  }
  if (!Number.isInteger(maxRetries) || maxRetries < 0) {
    throw new PerSQLError('invalid_argument', 'maxRetries must be 0 or a positive integer.')
  }
}
