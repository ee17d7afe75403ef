import { createRequire } from 'node:module'
import { DatabaseSync } from 'node:sqlite'
import { LAYOUTS } from './layouts.ts'
import { makePrivateFile } from './make-private-file.ts'

/** Of this package. */
const VERSION: string = createRequire(import.meta.url)('../../package.json').version

/**
 * Opens the file that knows namespaces, databases, branches, tokens and usage, and makes it first where it is
 * missing. A file of an earlier version is brought to the present layout, in one transaction; one of a later version
 * is refused. Others may read it meanwhile, such as a backup.
 */
export function openRegistry(file: string): DatabaseSync {
  makePrivateFile(file)
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: true, defensive: true })
  try {
    database.exec('pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = full')
    transact(database, () => upgrade(database))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function upgrade(database: DatabaseSync): void {
  const layout = Number(database.prepare('pragma user_version').get()?.['user_version'])
  if (layout > LAYOUTS.length || layout < 0) throw new Error(tooNew(database, layout))
  if (layout === 0 && database.prepare('select 1 from sqlite_schema').get()) {
    throw new Error('The "registry.sqlite" in the data folder is not one of this server. Use another folder.')
  }
  if (layout === LAYOUTS.length) return
  for (const sql of LAYOUTS.slice(layout)) database.exec(sql)
  database.prepare('insert into layouts (layout, server) values (?, ?)').run(LAYOUTS.length, VERSION)
  database.exec(`pragma user_version = ${LAYOUTS.length}`)
}

function tooNew(database: DatabaseSync, layout: number): string {
  const row = database.prepare('select server from layouts where layout = ?').get(layout)
  return `The data folder has layout ${layout}, made by @persql/server ${row?.['server']}. This is @persql/server ${VERSION}, which reads layouts up to ${LAYOUTS.length}. Start the version that made it, or a later one.`
}

/** Runs work in one transaction. */
export function transact<T>(database: DatabaseSync, work: () => T): T {
  if (database.isTransaction) return work()
  database.exec('begin immediate')
  try {
    const result = work()
    database.exec('commit')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}
