import { RawSessions, SessionCatalog, SessionStore, type SqlDriver } from '@persql/session-core'
import { describeSqlDriver } from '@persql/session-core/testing'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { kyselyDriver } from '../src/index.ts'

type AnyTables = Record<string, Record<string, unknown>>

const INT8 = 20

/** Integers as bigints, which the driver makes numbers where those are exact; times as text. */
const types = {
  getTypeParser: (type: number, format?: 'text' | 'binary') => {
    if (type === INT8) return BigInt
    const isTime = type === pg.types.builtins.TIMESTAMP || type === pg.types.builtins.TIMESTAMPTZ
    return isTime ? (text: string) => text : pg.types.getTypeParser(type, format as 'text')
  },
} as pg.CustomTypesConfig

for (const databases of everyDatabase()) {
  describe(databases.name, () => {
    afterAll(() => databases.close())
    const instances = new Map<SqlDriver, () => Promise<unknown>>()

    async function open(location: string, config: pg.PoolConfig = {}) {
      const pool = new pg.Pool({ connectionString: await databases.urlOf(location), ...config })
      const kysely = new Kysely<AnyTables>({ dialect: new PostgresDialect({ pool }) })
      const driver = kyselyDriver(kysely)
      instances.set(driver, () => kysely.destroy())
      return driver
    }

    async function end(driver: SqlDriver) {
      await driver.close()
      await instances.get(driver)?.()
    }

    describeSqlDriver({
      name: "kyselyDriver on Kysely's PostgresDialect",
      create: (location) => open(location, { types }),
      destroy: end,
      except: [
        {
          test: 'names the columns of an empty result',
          because: 'Kysely gives rows as objects, and no row has no names',
        },
        {
          test: 'keeps the cells of columns that have the same name',
          because: 'Kysely gives rows as objects, which hold a name once',
        },
        {
          test: 'rejects two statements in one text with INVALID_STATEMENT',
          because: 'pg runs all statements of a text that has no parameters',
        },
      ],
    })

    test('carries sessions with the types that pg has by itself', async () => {
      const driver = await open('types of pg')
      const store = new SessionStore<Record<string, unknown>>(driver)
      await store.append('s', [{ role: 'user', n: 1 }, { n: 2 }], { operationId: 'once' })
      await store.rewrite('s', (items) => items.map((item) => (item['n'] === 2 ? [{ n: 3 }] : [item])))
      expect(await store.read('s', { turns: 1 })).toEqual([{ role: 'user', n: 1 }, { n: 3 }])
      const { items } = await store.readPage('s', { limit: 1 })
      expect(Math.abs(Number(items[0]?.createdAt) - Date.now())).toBeLessThan(600_000)
      expect(await new SessionCatalog(driver).list()).toMatchObject({ sessions: [{ itemCount: 2 }] })
      expect(await new RawSessions(driver).get(['s'])).toMatchObject([{ items: 2, lastRowId: 3 }])
      expect(await store.pop('s')).toEqual({ n: 3 })
      await end(driver)
    })
  })
}
