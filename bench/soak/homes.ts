import { isDeepStrictEqual } from 'node:util'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { persqlDriver } from '@persql/driver-persql'
import type { SqlDriver } from '@persql/session-core'
import { NAMESPACE, persqlClient } from '../systems/remote-persql.ts'

/** A file that several processes share, or a server. */
export type LoadTarget = { readonly file: string } | { readonly url: string }

/** One database after the other. */
interface Home {
  open(generation: number): Promise<OpenHome>
}

export interface OpenHome {
  readonly driver: SqlDriver
  /** Deletes the database. */
  drop(): Promise<void>
}

export interface Homes {
  /** Used at the same time. */
  readonly list: readonly Home[]
  /** How long a database is used before another one takes its place, as a share of the soak. */
  readonly lifetime: number
  /** Resolves with what is wrong with the databases that are left. */
  close(): Promise<readonly string[]>
}

const DATABASES = 8
/** The server keeps a record of each change for a day, so that only new databases keep the stored data steady. */
const LIFETIME = 1 / 10

export function homesOf(target: LoadTarget): Homes {
  return 'file' in target ? localHome(target.file) : remoteHomes(target.url)
}

function localHome(file: string): Homes {
  const driver = betterSqlite3Driver(file)
  return {
    list: [{ open: async () => ({ driver, drop: () => driver.close() }) }],
    lifetime: Number.POSITIVE_INFINITY,

    async close() {
      await driver.close()
      return []
    },
  }
}

function remoteHomes(url: string): Homes {
  const client = persqlClient(url)
  const open = new Map<string, SqlDriver>()
  return {
    lifetime: LIFETIME,
    list: Array.from({ length: DATABASES }, (_, index) => ({
      async open(generation) {
        const slug = `soak-${index}-${generation}`
        await client.databases.create(slug)
        const driver = persqlDriver(client.database(NAMESPACE, slug))
        open.set(slug, driver)
        return {
          driver,
          async drop() {
            open.delete(slug)
            await driver.close()
            await client.databases.delete(slug)
          },
        }
      },
    })),

    async close() {
      const found = (await client.databases.list()).map(({ slug }) => slug)
      for (const driver of open.values()) await driver.close()
      await client.close()
      if (isDeepStrictEqual(new Set(found), new Set(open.keys()))) return []
      return [`databases: ${found.join(', ')} instead of ${[...open.keys()].join(', ')}`]
    },
  }
}
