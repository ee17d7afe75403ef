import {
  type CallMeta,
  decodeCells,
  decodeValue,
  type QueryResponse,
  type SqlValue,
} from '../protocol/index.ts'

export interface QueryResult<Row = Record<string, SqlValue>> {
  /** The rows as objects. Of columns that have the same name, the last one counts. */
  readonly data: Row[]
  /** Column names in order; empty for a statement that returns no rows. */
  readonly columns: readonly string[]
  /** The rows as arrays of cells, in the order of `columns`. */
  readonly rows: readonly (readonly SqlValue[])[]
  /** Rows that the engine looked at. In local mode: rows returned. */
  readonly rowsRead: number
  /** Rows and index entries written. In local mode: `changes`. */
  readonly rowsWritten: number
  readonly changes?: number
  readonly lastInsertRowid?: number | bigint
  /** What the call did and cost; the results of one batch share it. Absent in local mode. */
  readonly meta?: CallMeta
}

/** What a result is made of: `data` is made when somebody asks for it. */
export function queryResult<Row>(parts: Omit<QueryResult, 'data'>): QueryResult<Row> {
  let data: Row[] | undefined
  return {
    ...parts,
    get data() {
      data ??= parts.rows.map(
        (row) => Object.fromEntries(parts.columns.map((column, index) => [column, row[index]])) as Row,
      )
      return data
    },
  }
}

/** A result from the wire; the cells are decoded in place. */
export function decodeResult<Row>(response: QueryResponse, meta?: CallMeta): QueryResult<Row> {
  const { columns, rows, rowsRead = 0, rowsWritten = 0, changes, lastInsertRowid } = response
  const callMeta = meta ?? (response as { meta?: CallMeta }).meta
  for (const row of rows) decodeCells(row as unknown[])
  return queryResult({
    columns,
    rows: rows as SqlValue[][],
    rowsRead,
    rowsWritten,
    ...(changes === undefined ? {} : { changes }),
    ...(lastInsertRowid === undefined
      ? {}
      : { lastInsertRowid: decodeValue(lastInsertRowid) as number | bigint }),
    ...(callMeta === undefined ? {} : { meta: callMeta }),
  })
}
