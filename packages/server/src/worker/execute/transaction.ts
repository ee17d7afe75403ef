import type { Connection } from '../connection/connection.ts'
import { SqlFailure } from '../wire/sql-failure.ts'
import { FORMER_RECORDS } from './records-table.ts'

const STRANGERS = `select 1 from main.sqlite_schema
  where (name like '\\_persql\\_%' escape '\\' or tbl_name like '\\_persql\\_%' escape '\\')
  and tbl_name is not ? limit 1`

/**
 * Runs work in a transaction of its own: all of it is on disk when this returns, and none of it when it throws. Of
 * `read`, nothing ever stays.
 */
export function inTransaction<T>(connection: Connection, mode: 'read' | 'write', work: () => T): T {
  runForServer(connection, mode === 'read' ? 'begin' : 'begin immediate')
  try {
    const result = work()
    runForServer(connection, mode === 'read' ? 'rollback' : 'commit')
    return result
  } catch (error) {
    // `OR ROLLBACK` and a full disk end the transaction by themselves.
    if (connection.database.isTransaction) runForServer(connection, 'rollback')
    throw error
  }
}

/** Like {@link inTransaction}, within a transaction: what was done before stays. `undo`: what `work` does is undone. */
export function inSavepoint<T>(connection: Connection, work: () => T, end: 'keep' | 'undo' = 'keep'): T {
  runForServer(connection, 'savepoint statement')
  try {
    const result = work()
    if (end === 'undo') runForServer(connection, 'rollback to statement')
    runForServer(connection, 'release statement')
    return result
  } catch (error) {
    if (connection.database.isTransaction) {
      runForServer(connection, 'rollback to statement')
      runForServer(connection, 'release statement')
    }
    throw error
  }
}

/**
 * Throws where a renaming has put something among the server's tables: SQLite does not show the authorizer new names.
 */
export function refuseHiddenNames(connection: Connection): void {
  const former = connection.hasFormerRecords ? FORMER_RECORDS : null
  const stranger = connection.withoutPolicy(() => connection.prepareForServer(STRANGERS).get(former))
  if (stranger)
    throw SqlFailure.of(403, 'forbidden', 'Names that begin with "_persql_" belong to the server.')
}

function runForServer(connection: Connection, sql: string): void {
  connection.withoutPolicy(() => connection.prepareForServer(sql).run())
}
