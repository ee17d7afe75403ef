/** What SQLite said about a statement while it prepared it. */
export interface Effects {
  /** Inserts, updates, deletes, or changes the schema. */
  writes: boolean
  /** Changes the schema. */
  changesSchema: boolean
}
