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
  /** Of each load, after which the database is dropped. */
  readonly steps: number
  drop(): Promise<void>
}

export interface Homes {
  /** Used at the same time. */
  readonly list: readonly Home[]
  /** Resolves with what is wrong with the databases that are left. */
  close(): Promise<readonly string[]>
}

const DATABASES = 8
/** The server keeps a record of each change for a day, so that only new databases keep the stored data steady. */
const STEPS = 2_000

export function homesOf(target: LoadTarget): Homes {
  return 'file' in target ? localHome(target.file) : remoteHomes(target.url)
}

function localHome(file: string): Homes {
  const driver = betterSqlite3Driver(file)
  const home: OpenHome = { driver, steps: Number.POSITIVE_INFINITY, drop: () => driver.close() }
  return {
    list: [{ open: async () => home }],

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
    list: Array.from({ length: DATABASES }, (_, index) => ({
      async open(generation) {
        const slug = `soak-${index}-${generation}`
        await client.databases.create(slug)
        const driver = persqlDriver(client.database(NAMESPACE, slug))
        open.set(slug, driver)
        // The first ones end at different times, and so do their successors.
        const steps = generation === 0 ? (STEPS * (index + 1)) / DATABASES : STEPS
        return {
          driver,
          steps,
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
