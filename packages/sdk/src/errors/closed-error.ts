import { PerSQLError } from './persql-error.ts'

/** What every call of a closed client rejects with. */
export function closedError(options?: { readonly cause: unknown }): PerSQLError {
  return new PerSQLError('closed', 'This client was closed. Make another one.', options)
}
