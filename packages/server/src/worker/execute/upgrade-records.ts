import type { Connection } from '../connection/connection.ts'
import { SqlFailure } from '../wire/sql-failure.ts'
import { toSqlFailure } from '../wire/to-sql-failure.ts'
import {
  createRecords,
  FORMER_RECORDS,
  RECORDS,
  RECORDS_FAMILY,
  RECORDS_LAYOUT,
  runWithReservedNames,
} from './records-table.ts'
import { inTransaction } from './transaction.ts'

const TABLES = `select name from sqlite_schema where type = 'table' and (name = ? or name glob ?)`
const FULL = 507
const KEY_LENGTH = 22

/**
 * Brings the idempotency records of a database to the layout of this server, in one transaction. Where there is no
 * room for it, they stay as they are until the next call, so that the database can be read, and emptied. Throws a
 * failure with status 500 where a later version of the server has left records in a layout that this one does not know.
 */
export function upgradeRecords(connection: Connection): void {
  const tables = connection.withoutPolicy(() =>
    connection.prepareForServer(TABLES).all(FORMER_RECORDS, `${RECORDS_FAMILY}*`),
  ) as unknown as [name: string][]
  const names = tables.map(([name]) => name)
  const later = names.find((name) => name !== FORMER_RECORDS && name !== RECORDS)
  if (later !== undefined) throw tooNew(later)
  if (names.includes(FORMER_RECORDS)) {
    const isAlone = !names.includes(RECORDS)
    try {
      connection.writing(() =>
        inTransaction(connection, 'write', () => connection.withoutPolicy(() => move(connection, isAlone))),
      )
    } catch (error) {
      if (toSqlFailure(error).status === FULL) return
      throw error
    }
  }
  connection.hasFormerRecords = false
}

function move(connection: Connection, isAlone: boolean): void {
  const { database } = connection
  const columns = database.prepare(`pragma table_info(${FORMER_RECORDS})`).all()
  const hasStatus = columns.some(({ name }) => name === 'status')
  if (hasStatus && isAlone) {
    // Only the name has changed since.
    runWithReservedNames(connection, `alter table ${FORMER_RECORDS} rename to ${RECORDS}`)
    return
  }
  // There were no records of calls that failed, and the first keys were longer.
  createRecords(connection)
  database.exec(`insert or ignore into ${RECORDS} (key, request, created_at, status, reply)
    select substr(key, 1, ${KEY_LENGTH}), request, created_at, ${hasStatus ? 'status' : '200'}, reply
    from ${FORMER_RECORDS} order by created_at;
    drop table ${FORMER_RECORDS}`)
}

function tooNew(table: string): SqlFailure {
  const layout = table.slice(RECORDS_FAMILY.length)
  return new SqlFailure(
    500,
    `A later version of @persql/server has used this database: its idempotency keys have layout ${layout}, and this version reads layouts up to ${RECORDS_LAYOUT}. Upgrade @persql/server.`,
  )
}
