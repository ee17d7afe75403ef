import type { Connection } from '../connection/connection.ts'

/** Of the table, and the end of its name. The first layout was a table without such an end. */
export const RECORDS_LAYOUT = 2
export const RECORDS_FAMILY = 'sqlite_persql_idempotency_'
/**
 * The table of idempotency records. To SQLite its name is one of SQLite's own: nobody can make, change, index or drop
 * such a table, and programs that list tables pass over it.
 */
export const RECORDS = `${RECORDS_FAMILY}${RECORDS_LAYOUT}`
/** The table in the first layout. */
export const FORMER_RECORDS = '_persql_idempotency'

const CREATE = `create table if not exists ${RECORDS} (
  id integer primary key,
  key text not null unique,
  request blob not null,
  created_at integer not null,
  status integer not null,
  reply text not null
)`

/** Makes the table where there is none. Within a transaction, and as the server. */
export function createRecords(connection: Connection): void {
  runWithReservedNames(connection, CREATE)
}

/** Runs statements that may make such names. Within a transaction, and as the server. */
export function runWithReservedNames({ database }: Connection, sql: string): void {
  database.enableDefensive(false)
  try {
    database.exec(`pragma writable_schema = on; ${sql}`)
  } finally {
    database.exec('pragma writable_schema = off')
    database.enableDefensive(true)
  }
}
