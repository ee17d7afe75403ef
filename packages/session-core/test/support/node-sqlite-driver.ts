import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { SqlDriver } from '../../src/index.ts'
import { sqliteDriver, toCell, toCells } from '../../src/sqlite/index.ts'

/** A driver over the SQLite inside Node.js. */
export function nodeSqliteDriver(path: string): SqlDriver {
  return sqliteDriver({
    open() {
      const db = new DatabaseSync(path, { timeout: 0 })
      db.exec('pragma journal_mode = wal; pragma synchronous = full')
      return {
        run(sql, params, readOnly) {
          db.exec(`pragma query_only = ${readOnly}`)
          const statement = db.prepare(sql)
          statement.setReadBigInts(true)
          const columns = statement.columns().map(({ name }) => name)
          if (columns.length > 0) {
            statement.setReturnArrays(true)
            return { columns, rows: toCells(statement.all(...(params as SQLInputValue[]))) }
          }
          const { changes, lastInsertRowid } = statement.run(...(params as SQLInputValue[]))
          return {
            columns: [],
            rows: [],
            changes: Number(changes),
            lastInsertRowid: toCell(lastInsertRowid) as number | bigint,
          }
        },
        inTransaction: () => db.isTransaction,
        changes() {
          const { rows } = db.prepare('select total_changes() as rows').get()!
          const { data_version: dataVersion } = db.prepare('pragma data_version').get()!
          return { rows: Number(rows), dataVersion: Number(dataVersion) }
        },
        close: () => db.close(),
      }
    },
  })
}
