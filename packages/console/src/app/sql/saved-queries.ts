export interface SavedQuery {
  readonly name: string
  readonly sql: string
}

const KEY = 'persql-console-queries'

/** Those of the user, kept in this browser. */
export function readSavedQueries(): readonly SavedQuery[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isSavedQuery) : []
  } catch {
    return []
  }
}

export function writeSavedQueries(queries: readonly SavedQuery[]): void {
  localStorage.setItem(KEY, JSON.stringify(queries))
}

function isSavedQuery(value: unknown): value is SavedQuery {
  const { name, sql } = (value ?? {}) as Partial<SavedQuery>
  return typeof name === 'string' && typeof sql === 'string'
}
