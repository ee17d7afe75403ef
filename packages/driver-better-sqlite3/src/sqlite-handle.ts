/** The part of a better-sqlite3 `Database` that the driver needs, so that users choose the version. */
export interface SqliteHandle {
  readonly inTransaction: boolean
  readonly readonly: boolean
  prepare(sql: string): PreparedStatement
  pragma(pragma: string, options?: { simple?: boolean }): unknown
  close(): unknown
}

export interface PreparedStatement {
  /** True where the statement returns rows. */
  readonly reader: boolean
  /** True where the statement cannot change the database. */
  readonly readonly: boolean
  /** Makes the statement return rows as arrays. */
  raw(toggle?: boolean): PreparedStatement
  /** Makes the statement return the first column alone, without rows around it. */
  pluck(toggle?: boolean): PreparedStatement
  safeIntegers(toggle?: boolean): PreparedStatement
  columns(): { name: string }[]
  all(...params: unknown[]): unknown[]
  get(...params: unknown[]): unknown
  run(...params: unknown[]): { changes: number; lastInsertRowid: number | bigint }
}
