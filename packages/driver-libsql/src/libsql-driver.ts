import type { BatchOptions, SqlDriver, SqlResult, SqlStatement } from '@persql/session-core'
import { StorageError } from '@persql/session-core'
import { BatchQueue, closableDriver, importError, refuseMalformed } from '@persql/session-core/driver'
import { refuseSideEffects } from '@persql/session-core/sqlite'
import { refuseNul, toResult, toStatement } from './cells.ts'
import type { LibsqlClient } from './libsql-client.ts'
import { libsqlError } from './libsql-error.ts'
import { readFile, setWal, untilFree, writeFile } from './local-file.ts'

export interface LibsqlDriverOptions {
  /**
   * The token for a server, where the URL has none. Not for a client of yours. Default: `TURSO_AUTH_TOKEN` of the
   * environment.
   */
  readonly authToken?: string | undefined
  /**
   * The server of an embedded replica, as in `libsql://agents-acme.turso.io`; the database is then the file of the
   * replica. Reads come from the file, writes go to the server. A read sees what this driver has written, and may lag
   * behind what other machines write. Not for a client of yours. Default: none.
   */
  readonly syncUrl?: string | undefined
  /**
   * Whatever else `createClient()` takes, such as `{ syncInterval: 60, encryptionKey }`. Not for a client of yours.
   */
  readonly connection?: Readonly<Record<string, unknown>> | undefined
  /**
   * How long a batch waits for the lock of another connection to a file before it rejects with `BUSY`. Default: 10,000
   * ms.
   */
  readonly busyTimeout?: number | undefined
  /** Whether every batch is one that only reads, and refused where it is more. Default: false. */
  readonly readOnly?: boolean | undefined
}

/**
 * A driver over libSQL, through `@libsql/client`: for a URL such as `libsql://agents-acme.turso.io` or
 * `file:agents.db`, for `:memory:`, or for a client of yours. A batch on a server is one request.
 *
 * A URL is opened at the first use, and `close` closes it. A client stays yours to close, and must have been made with
 * `intMode: 'bigint'`, because integers beyond 2^53 are not given out otherwise. A file is set to WAL.
 *
 * Where a server cannot be reached, or does not answer, a batch rejects with `UNAVAILABLE`: whether the change was made
 * is not known.
 */
export function libsqlDriver(database: string | LibsqlClient, options: LibsqlDriverOptions = {}): SqlDriver {
  const { busyTimeout = 10_000, readOnly: readsOnly = false } = options
  if (typeof database === 'string' ? database.trim() === '' : typeof database?.batch !== 'function') {
    throw new StorageError(
      'INVALID_ARGUMENT',
      'The database must be a URL such as "libsql://agents-acme.turso.io" or "file:agents.db", or a libSQL client.',
    )
  }
  if (typeof busyTimeout !== 'number' || !(busyTimeout >= 0)) {
    throw new StorageError('INVALID_ARGUMENT', 'busyTimeout must be a number of milliseconds, 0 or more.')
  }
  const isFile = typeof database === 'string' ? FILE.test(database) : database.protocol === 'file'
  // The file of a replica is not written to by its own connection.
  const isLocal = isFile && options.syncUrl === undefined
  const queue = new BatchQueue()
  let opened: Promise<LibsqlClient> | undefined

  async function open(): Promise<LibsqlClient> {
    const client = typeof database === 'string' ? await openClient(database, options) : database
    if (isLocal && !readsOnly) await untilFree(busyTimeout, () => setWal(client))
    return client
  }

  async function run(statements: readonly SqlStatement[], readOnly: boolean): Promise<SqlResult[]> {
    try {
      opened ??= open()
      const client = await opened.catch((error: unknown) => {
        opened = undefined
        throw error
      })
      if (!isLocal) {
        const results = await client.batch(statements.map(toStatement), readOnly ? 'read' : 'write')
        return results.map(toResult)
      }
      return await untilFree(busyTimeout, () =>
        readOnly ? readFile(client, statements) : writeFile(client, statements),
      )
    } catch (error) {
      throw libsqlError(error, statements)
    }
  }

  return closableDriver({
    dialect: 'sqlite',

    async batch(statements, batchOptions: BatchOptions = {}) {
      const readOnly = readsOnly || (batchOptions.readOnly ?? false)
      if (readOnly) refuseSideEffects(statements)
      refuseMalformed(statements)
      if (isFile) refuseNul(statements)
      // The client opens a connection to a file for each batch at work, and has only one to `:memory:`.
      return queue.run(isLocal ? {} : { ...batchOptions, readOnly }, () => run(statements, readOnly))
    },

    async close() {
      await queue.end()
      if (typeof database === 'string') (await opened)?.close()
    },
  })
}

const FILE = /^(?:file:|:memory:$)/i

function tokenFor(url: string): string | undefined {
  return FILE.test(url) ? undefined : globalThis.process?.env['TURSO_AUTH_TOKEN'] || undefined
}

async function openClient(url: string, options: LibsqlDriverOptions): Promise<LibsqlClient> {
  const { createClient } = await import('@libsql/client').catch((cause: unknown) => {
    throw importError('@libsql/client', cause)
  })
  const { syncUrl } = options
  const authToken = options.authToken ?? tokenFor(syncUrl ?? url)
  const config = {
    ...options.connection,
    url,
    intMode: 'bigint' as const,
    ...(authToken !== undefined && { authToken }),
    ...(syncUrl !== undefined && { syncUrl }),
  }
  return createClient(config)
}
