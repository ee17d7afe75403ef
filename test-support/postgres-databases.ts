import { createHash } from 'node:crypto'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import pg from 'pg'

/** Where databases for tests come from. One of them is used at a time. */
export interface Databases {
  readonly name: string
  /** Whether something is between here and the server. */
  readonly isBounced?: boolean
  /** The URL of an empty database: the same one for the same location. */
  urlOf(location: string): Promise<string>
  /** To be called when all tests are done. */
  close(): Promise<void>
}

/** The server that `PERSQL_TEST_POSTGRES` names. */
export const SERVER = process.env['PERSQL_TEST_POSTGRES']

/** PostgreSQL in WebAssembly behind the wire protocol. It takes a while to start, so it is emptied for each location. */
export function pgliteDatabases(): Databases {
  let starting: Promise<{ db: PGlite; server: PGLiteSocketServer }> | undefined
  let current: string | undefined

  async function start() {
    const db = await PGlite.create()
    const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1', maxConnections: 20 })
    await server.start()
    return { db, server }
  }

  return {
    name: 'PGlite',
    async urlOf(location) {
      starting ??= start()
      const { db, server } = await starting
      if (location !== current) await db.exec('drop schema public cascade; create schema public')
      current = location
      return `postgres://postgres@${server.getServerConn()}/postgres`
    },
    async close() {
      const started = await starting
      await started?.server.stop()
      await started?.db.close()
    },
  }
}

/** Databases on a server. Each is dropped when another one is asked for, or at the end. */
export function serverDatabases(url: string): Databases {
  const names = new Set<string>()

  async function administer(sql: string) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }

  return {
    name: 'PostgreSQL',
    async urlOf(location) {
      const name = `persql_test_${createHash('sha256').update(location).digest('hex').slice(0, 32)}`
      if (!names.has(name)) {
        for (const old of names) await administer(`drop database if exists ${old} with (force)`)
        names.clear()
        await administer(`create database ${name}`)
      }
      names.add(name)
      return Object.assign(new URL(url), { pathname: `/${name}` }).href
    },
    async close() {
      for (const name of names) await administer(`drop database if exists ${name} with (force)`)
    },
  }
}

/** The same through a pool in between. */
export function bouncedDatabases(url: string, bouncer: string, prepared: boolean): Databases {
  const databases = serverDatabases(url)
  return {
    ...databases,
    isBounced: true,
    name: `PgBouncer, ${prepared ? 'statements prepared' : 'nothing prepared'}`,
    async urlOf(location) {
      const { host } = new URL(bouncer)
      return Object.assign(new URL(await databases.urlOf(location)), { host }).href
    },
  }
}

/** Those that the environment has. */
export function everyDatabase(): Databases[] {
  return [pgliteDatabases(), ...(SERVER ? [serverDatabases(SERVER)] : [])]
}
