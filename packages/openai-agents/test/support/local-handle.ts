import Database from 'better-sqlite3'

/** A PerSQL database handle, in the shape of its public API, on a local file. */
export function localHandle(path: string) {
  const db = new Database(path)

  function query(sql: string, params: unknown[] = []) {
    const statement = db.prepare(sql)
    if (!statement.reader) {
      const { changes, lastInsertRowid } = statement.run(...params)
      return {
        columns: [],
        rows: [],
        data: [],
        rowsRead: 0,
        rowsWritten: changes,
        changes,
        lastInsertRowid: Number(lastInsertRowid),
      }
    }
    const columns = statement.columns().map(({ name }) => name)
    const rows = statement.raw(true).all(...params) as unknown[][]
    const data = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])))
    return { columns, rows, data, rowsRead: rows.length, rowsWritten: 0 }
  }

  const handle = {
    requests: 0,
    async query(sql: string, params?: unknown[]) {
      handle.requests += 1
      return query(sql, params)
    },
    async batch(statements: { sql: string; params?: unknown[] }[], options: { transaction?: boolean } = {}) {
      handle.requests += 1
      const runAll = () => statements.map(({ sql, params }) => query(sql, params))
      return options.transaction ? db.transaction(runAll).immediate() : runAll()
    },
    close: () => db.close(),
  }
  return handle
}
