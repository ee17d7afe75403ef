export type LibsqlBatchMode = 'read' | 'write'

/** A value as `@libsql/client` takes it. */
export type LibsqlParameter = null | string | number | bigint | Uint8Array

export interface LibsqlStatement {
  sql: string
  args: LibsqlParameter[]
}

export interface LibsqlResult {
  readonly columns: readonly string[]
  /** Each row can be read by the position of its cells. */
  readonly rows: readonly ArrayLike<unknown>[]
  readonly rowsAffected: number
  readonly lastInsertRowid?: bigint | undefined
}

export interface LibsqlTransaction {
  execute(statement: LibsqlStatement): Promise<LibsqlResult>
  rollback(): Promise<void>
}

/** The part of a client of `@libsql/client` that the driver needs, so that users choose the version. */
export interface LibsqlClient {
  /** `file` for a file and for `:memory:`; `http` or `ws` for a server. */
  readonly protocol: string
  batch(statements: LibsqlStatement[], mode: LibsqlBatchMode): Promise<LibsqlResult[]>
  execute(statement: LibsqlStatement): Promise<LibsqlResult>
  transaction(mode: LibsqlBatchMode): Promise<LibsqlTransaction>
  close(): void
}
