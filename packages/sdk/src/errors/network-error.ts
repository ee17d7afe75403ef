import { PerSQLError } from './persql-error.ts'

/** The error for what `fetch` rejected with, before an answer began or, with `isCut`, during it. */
export function networkError(baseURL: string, cause: unknown, isCut: boolean): PerSQLError {
  const { origin } = new URL(baseURL)
  const reason = reasonOf(cause)
  const message = isCut
    ? `The connection to ${origin} was lost during the answer${reason}.`
    : `Could not reach the PerSQL API at ${origin}${reason}.`
  return new PerSQLError('network', message, { cause })
}

/** The system's own word for it, such as ECONNREFUSED; texts may hold anything. */
function reasonOf(cause: unknown): string {
  const { code, cause: inner } = (cause ?? {}) as { code?: unknown; cause?: { code?: unknown } }
  const name = inner?.code ?? code
  return typeof name === 'string' && /^[A-Z][A-Z0-9_]+$/.test(name) ? ` (${name})` : ''
}
