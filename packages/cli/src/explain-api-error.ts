import { PerSQLError } from '@persql/sdk'

const DEEPEST = 5

/** What to say where the PerSQL API could not be asked: what leads to it is in the environment. */
export function explainApiError(error: unknown): string | undefined {
  const found = apiErrorIn(error)
  if (found?.code === 'network') return `${found.message} Check PERSQL_API_URL and the network.`
  if (found?.code === 'invalid_argument') return found.message.replace(/^baseURL /, 'PERSQL_API_URL ')
  return undefined
}

function apiErrorIn(error: unknown, depth = 0): PerSQLError | undefined {
  if (error instanceof PerSQLError) return error
  if (!(error instanceof Error) || depth === DEEPEST) return undefined
  return apiErrorIn(error.cause, depth + 1)
}
