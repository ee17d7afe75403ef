import { StorageError } from '@persql/session-core'
import { importError } from '@persql/session-core/driver'
import type { SqlJsConfig, SqlJsModule } from './sql-js.ts'

/** Starts sql.js, which is loaded once in a process; the first configuration counts. */
export async function loadSqlJs(sqlJs: SqlJsConfig | SqlJsModule = {}): Promise<SqlJsModule> {
  if ('Database' in sqlJs) return sqlJs
  const { default: initSqlJs } = await import('sql.js').catch((cause: unknown) => {
    throw importError('sql.js', cause)
  })
  try {
    // sql.js writes into the object it is given.
    return await initSqlJs({ ...sqlJs })
  } catch (cause) {
    throw new StorageError(
      'CANNOT_OPEN',
      'sql.js could not be started. In a browser, tell where its .wasm file is: { sqlJs: { locateFile } }',
      { cause },
    )
  }
}
