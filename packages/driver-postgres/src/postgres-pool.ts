/** The part of a `pg.Pool` that the driver needs; others of its shape will do. */
export interface PostgresPool {
  /** A client that nobody else uses until it is released. */
  connect(): Promise<PostgresClient>
}

/** The part of a `pg.PoolClient` that the driver needs. */
export interface PostgresClient {
  /** Sends a query when it is its turn, which is once the one before it has its answer. */
  query(query: PostgresQuery): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  /** Gives the client back; with `true` it is closed instead. */
  release(destroy?: boolean): void
}

/** A query that writes its own messages, as `pg-cursor` does. */
export interface PostgresQuery {
  submit(connection: PostgresConnection): unknown
  handleRowDescription(message: { readonly fields: readonly Field[] }): void
  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void
  handleCommandComplete(message: { readonly text: string }): void
  handleEmptyQuery(): void
  handlePortalSuspended(): void
  handleCopyInResponse(connection: PostgresConnection): void
  handleCopyData(): void
  handleError(error: unknown): void
  handleReadyForQuery(): void
}

/** The messages of the extended protocol: https://www.postgresql.org/docs/current/protocol-flow.html */
export interface PostgresConnection {
  readonly stream: { cork?(): void; uncork?(): void }
  parse(message: { readonly text: string; readonly name: string }): void
  bind(message: { readonly statement: string; readonly values: readonly unknown[] }): void
  describe(message: { readonly type: 'P'; readonly name: string }): void
  execute(message: { readonly portal: string }): void
  close(message: { readonly type: 'S'; readonly name: string }): void
  sync(): void
  /** One statement by the simple protocol, with the Sync that belongs to it. */
  query(sql: string): void
  sendCopyFail(reason: string): void
}

export interface Field {
  readonly name: string
  readonly dataTypeID: number
}
