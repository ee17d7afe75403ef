export interface SavedQuery {
  readonly name: string
  readonly sql: string
}

const KEY = 'persql-console-queries'

/** Those of the user, kept in this browser. */
export function readSavedQueries(): readonly SavedQuery[] {
  try {
    return parseQueries(localStorage.getItem(KEY) ?? '[]')
  } catch {
    return []
  }
}

/** Reads what {@link formatQueries} wrote. Throws a text for people where it is something else. */
export function parseQueries(json: string): readonly SavedQuery[] {
  let stored: unknown
  try {
    stored = JSON.parse(json)
  } catch {}
  if (!Array.isArray(stored) || !stored.every(isSavedQuery)) {
    throw new TypeError('This is no file of saved queries: a list of objects with a `name` and its `sql`.')
  }
  return stored.map(({ name, sql }) => ({ name, sql }))
}

export function formatQueries(queries: readonly SavedQuery[]): string {
  return `${JSON.stringify(queries, null, 2)}\n`
}

export function writeSavedQueries(queries: readonly SavedQuery[]): void {
  localStorage.setItem(KEY, JSON.stringify(queries))
}

function isSavedQuery(value: unknown): value is SavedQuery {
  const { name, sql } = (value ?? {}) as Partial<SavedQuery>
  return typeof name === 'string' && typeof sql === 'string'
}
