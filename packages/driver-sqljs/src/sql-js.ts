/** The part of a sql.js module, loaded with `initSqlJs`, that the driver needs. */
export interface SqlJsModule {
  readonly Database: new (image?: Uint8Array) => SqlJsDatabase
}

/** What sql.js is started with. In Node it needs nothing. */
export interface SqlJsConfig {
  /** Where the `.wasm` file of sql.js is found: its URL, from its name. */
  locateFile?(file: string, folder: string): string
  /** The `.wasm` file itself, instead of its place. */
  readonly wasmBinary?: ArrayBuffer
}

/** The part of a sql.js `Database` that the driver needs. */
export interface SqlJsDatabase {
  run(sql: string): unknown
  prepare(sql: string): SqlJsStatement
  iterateStatements(sql: string): SqlJsStatementIterator
  getRowsModified(): number
  export(): Uint8Array
  close(): void
}

/** What sql.js binds as it is. */
export type SqlJsValue = null | number | string | Uint8Array

export interface SqlJsStatement {
  bind(params: SqlJsValue[]): boolean
  step(): boolean
  get(params: null, config: { useBigInt: boolean }): unknown[]
  getColumnNames(): string[]
  reset(): void
  free(): boolean
}

interface SqlJsStatementIterator extends Iterable<SqlJsStatement> {
  getRemainingSQL(): string
}
