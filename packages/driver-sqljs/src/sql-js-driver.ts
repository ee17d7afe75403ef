import { isStorageError, type SqlDriver, StorageError } from '@persql/session-core'
import { sqliteDriver, sqliteErrorCode } from '@persql/session-core/sqlite'
import type { DatabaseStorage } from './database-storage.ts'
import { ImageSaver } from './image-saver.ts'
import { loadSqlJs } from './load-sql-js.ts'
import type { SqlJsConfig, SqlJsDatabase, SqlJsModule } from './sql-js.ts'
import { SqlJsEngine } from './sql-js-engine.ts'

const LONGEST_DELAY = 2 ** 31 - 1

export interface SqlJsDriverOptions {
  /** Where the database is kept. Default: nowhere, so that it is gone with the driver. */
  readonly storage?: DatabaseStorage | undefined
  /**
   * How long a write may wait to be saved, in milliseconds. 0: a write resolves when it has been saved. Otherwise it
   * resolves at once, and the writes of so many milliseconds are saved together: a crash can lose them. Where such a
   * save fails, the writes stay in memory; the next write tries again first, and is rejected when that fails as well;
   * so is `close`. Default: 0.
   */
  readonly saveDelay?: number | undefined
  /** How to start sql.js, or a sql.js that was started before. */
  readonly sqlJs?: SqlJsConfig | SqlJsModule | undefined
  /**
   * An open sql.js database, instead of a new one. It stays yours to close and to save, and must not have a
   * transaction open while the driver works. Not together with `storage`.
   */
  readonly database?: SqlJsDatabase | undefined
  /** Rejects with `READ_ONLY` what would change the database, and never saves. Default: false. */
  readonly readOnly?: boolean | undefined
}

/** A driver for SQLite in WebAssembly. sql.js is loaded, and the database with it, at the first use. */
export function sqlJsDriver(options: SqlJsDriverOptions = {}): SqlDriver {
  refuseUnusable(options)
  const driver = writableDriver(options)
  if (!options.readOnly) return driver
  return { ...driver, batch: (statements) => driver.batch(statements, { readOnly: true }) }
}

function writableDriver({ storage, saveDelay = 0, sqlJs, database }: SqlJsDriverOptions): SqlDriver {
  if (database) {
    return sqliteDriver({ open: () => new SqlJsEngine(database, false) })
  }
  if (!storage) {
    return sqliteDriver({
      open: async () => new SqlJsEngine(openImage(await loadSqlJs(sqlJs), undefined), true),
    })
  }
  let saver: ImageSaver | undefined
  return sqliteDriver({
    async open() {
      const sqlJsModule = await loadSqlJs(sqlJs)
      const open = (image: Uint8Array | undefined) => openImage(sqlJsModule, image)
      const image = await load(storage)
      const engine = new SqlJsEngine(open(image), true)
      saver = new ImageSaver({ engine, storage, image, delay: saveDelay, open })
      return engine
    },
    beforeWrite: async () => saver?.beforeWrite(),
    afterWrite: async () => saver?.afterWrite(),
    beforeClose: async () => saver?.beforeClose(),
  })
}

function refuseUnusable({ storage, saveDelay = 0, database }: SqlJsDriverOptions) {
  const refuse = (message: string): never => {
    throw new StorageError('INVALID_ARGUMENT', message)
  }
  if (database && storage) refuse('Pass `database` or `storage`: an open database is yours to save.')
  if (database && typeof database.prepare !== 'function') refuse('`database` must be a sql.js Database.')
  if (storage && !(typeof storage.load === 'function' && typeof storage.save === 'function')) {
    refuse('`storage` must have `load` and `save`, as in `fileStorage("agents.db")`.')
  }
  if (!(saveDelay >= 0 && saveDelay <= LONGEST_DELAY)) {
    refuse(`\`saveDelay\` must be 0 to ${LONGEST_DELAY} milliseconds.`)
  }
}

async function load(storage: DatabaseStorage): Promise<Uint8Array | undefined> {
  let image: Uint8Array | null | undefined
  try {
    image = await storage.load()
  } catch (cause) {
    if (isStorageError(cause)) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StorageError('CANNOT_OPEN', `The storage could not load the database: ${reason}`, { cause })
  }
  // sql.js would take anything else for an empty database.
  if (image != null && !ArrayBuffer.isView(image)) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      'The storage must load a Uint8Array, or undefined for nothing.',
    )
  }
  if (image == null) return undefined
  // A copy, because the storage may go on using its bytes. The `slice` of a Buffer would copy nothing.
  return new Uint8Array(image.buffer, image.byteOffset, image.byteLength).slice()
}

function openImage({ Database }: SqlJsModule, image: Uint8Array | undefined): SqlJsDatabase {
  // sql.js copies the image by its `slice`, and works on the copy.
  const database = new Database(image)
  try {
    database.run('SELECT count(*) FROM sqlite_schema')
    return database
  } catch (cause) {
    database.close()
    const message = cause instanceof Error ? cause.message : String(cause)
    if (sqliteErrorCode(message) !== 'NOT_A_DATABASE') throw cause
    throw new StorageError(
      'NOT_A_DATABASE',
      `What the storage holds is not an SQLite database, or is damaged: ${message}`,
      { cause },
    )
  }
}
