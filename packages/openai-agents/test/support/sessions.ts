import { MemorySession } from '@openai/agents-core'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { persqlDriver } from '@persql/driver-persql'
import { fileStorage, sqlJsDriver } from '@persql/driver-sqljs'
import { kyselyDriver } from '@persql/kysely'
import { type DatabaseHandle, isSqlDriver, type SqlDriver } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { PerSQLSession, type PerSQLSessionOptions } from '../../src/index.ts'
import { localHandle } from './local-handle.ts'
import { remoteDatabase } from './remote.ts'

type SessionDatabase = SqlDriver | DatabaseHandle

/** Makes the database of one kind, new at each path. What has to be closed apart from the driver is added to `closers`. */
type MakeDriver = (path: string, closers: (() => unknown)[]) => SessionDatabase | Promise<SessionDatabase>

export const drivers: Readonly<Record<string, MakeDriver>> = {
  'better-sqlite3 file': (path) => betterSqlite3Driver(path),
  'better-sqlite3 :memory:': () => betterSqlite3Driver(':memory:'),
  'sql.js': () => sqlJsDriver(),
  'sql.js file': (path) => sqlJsDriver({ storage: fileStorage(path) }),
  'Kysely over better-sqlite3': (path, closers) => {
    const kysely = new Kysely({ dialect: new SqliteDialect({ database: new Database(path) }) })
    closers.push(() => kysely.destroy())
    return kyselyDriver(kysely)
  },
  'PerSQL database handle': (path, closers) => {
    const handle = localHandle(path)
    closers.push(() => handle.close())
    return handle
  },
  'PerSQL over HTTP': async () => persqlDriver(await remoteDatabase()),
}

/** A new database of that kind, gone after `close`. */
export async function openDatabase(kind: string) {
  const closers: (() => unknown)[] = []
  const inFolder = temporaryPaths((remove) => closers.push(remove))
  const database = await drivers[kind]!(inFolder('sessions.db'), closers)
  return {
    database,
    async close() {
      if (isSqlDriver(database)) await database.close()
      for (const close of closers.reverse()) await close()
    },
  }
}

export interface Bench {
  /** A session on the database of this test; the same id gives the same history. */
  session(sessionId: string, options?: PerSQLSessionOptions): PerSQLSession
}

/** Runs a test with sessions on a new database of that kind. */
export async function withSessions(kind: string, use: (bench: Bench) => Promise<void>): Promise<void> {
  const { database, close } = await openDatabase(kind)
  try {
    await use({ session: (sessionId, options) => new PerSQLSession(sessionId, database, options) })
  } finally {
    await close()
  }
}

/** The host's own session: what it does not do, we do not promise. */
export async function withMemorySessions(
  use: (bench: { session(id: string): MemorySession }) => Promise<void>,
) {
  const sessions = new Map<string, MemorySession>()
  await use({
    session(sessionId) {
      const session = sessions.get(sessionId) ?? new MemorySession({ sessionId })
      sessions.set(sessionId, session)
      return session
    },
  })
}
