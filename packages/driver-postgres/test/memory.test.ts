import { openMemory } from '@persql/context'
import { describeMemoryStore } from '@persql/context/testing'
import { SessionStore, type SqlDriver } from '@persql/session-core'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'
import { countingProxy } from './support/counting-proxy.ts'

for (const databases of everyDatabase()) {
  describe(databases.name, () => {
    afterAll(() => databases.close())

    describeMemoryStore({
      name: databases.name,
      dialect: 'postgres',
      create: async (location) => postgresDriver(await databases.urlOf(location)),
    })

    describe('memory of several', () => {
      let url: string

      beforeEach(async ({ task }) => {
        url = await databases.urlOf(task.name)
      })

      /** Drivers that are connected, so that what they do next begins at the same time. */
      async function connected(count: number) {
        const drivers = Array.from({ length: count }, () => postgresDriver(url))
        await Promise.all(drivers.map((driver) => driver.batch([{ sql: 'select 1' }])))
        return drivers
      }

      test('makes the tables where eight first users remember at once', async () => {
        const drivers = await connected(8)
        await Promise.all(
          drivers.map((driver, n) => openMemory(driver).remember({ name: `n${n}`, body: 'green tea' })),
        )
        expect(await openMemory(drivers[0]!).recall('tea', { limit: 20 })).toHaveLength(8)
        expect(await openMemory(drivers[1]!).stats()).toMatchObject({ memories: 8 })
        await Promise.all(drivers.map((driver) => driver.close()))
      })

      test('keeps one fact of a name, with its own words, where eight remember it at once', async () => {
        const drivers = await connected(8)
        for (let round = 0; round < 5; round++) {
          await Promise.all(
            drivers.map((driver, n) => openMemory(driver).remember({ name: 'same', body: `word${n}x` })),
          )
          const memory = openMemory(drivers[0]!)
          const { body } = (await memory.get('same'))!
          for (let n = 0; n < 8; n++) {
            expect(await memory.recall(`"word${n}x"`)).toHaveLength(body === `word${n}x` ? 1 : 0)
          }
        }
        await Promise.all(drivers.map((driver) => driver.close()))
      })

      test('indexes what another program wrote, once, where several recall it at once', async () => {
        const drivers = await connected(4)
        await openMemory(drivers[0]!).init()
        await drivers[0]!.batch([
          {
            sql: `insert into ctx_memory (id, name, body, created_at, updated_at)
              select 'm_' || n, 'n' || n, 'oolong ' || n, 1, 1 from generate_series(1, 600) as n`,
          },
        ])
        const recalled = await Promise.all(
          drivers.map((driver) => openMemory(driver).recall('oolong', { limit: 700 })),
        )
        expect(recalled.map(({ length }) => length)).toEqual([600, 600, 600, 600])
        await Promise.all(drivers.map((driver) => driver.close()))
      })

      test('sums up each item once, where four distil a session at once', async () => {
        const drivers = await connected(4)
        const store = new SessionStore<{ n: number }>(drivers[0]!)
        for (let round = 0; round < 3; round++) {
          await store.append('s', [{ n: round }, { n: round }])
          const episodes = await Promise.all(
            drivers.map((driver) =>
              openMemory(driver).distill<{ n: number }>('s', (items) => items.map(({ n }) => n).join()),
            ),
          )
          expect(new Set(episodes.map((episode) => episode?.body))).toEqual(new Set([`${round},${round}`]))
        }
        expect(await openMemory(drivers[0]!).episodes()).toHaveLength(3)
        await Promise.all(drivers.map((driver) => driver.close()))
      })

      test('takes one turnaround for each operation, the first one of all included', async () => {
        const proxy = await countingProxy(url)
        const driver = postgresDriver({ url: proxy.url, connection: { max: 1 } })
        await driver.batch([{ sql: 'select 1' }])
        const memory = openMemory(driver)
        const cost = async (operation: () => Promise<unknown>) => {
          const before = proxy.turnarounds()
          await operation()
          return proxy.turnarounds() - before
        }
        expect(await cost(() => memory.remember({ name: 'tea', body: 'green' }))).toBe(1)
        expect(await cost(() => memory.remember({ name: 'tea', body: 'black', sessionId: 's' }))).toBe(1)
        expect(await cost(() => memory.recall('black tea'))).toBe(1)
        expect(await cost(() => memory.link('a', 'uses', 'b'))).toBe(1)
        expect(await cost(() => memory.working('run').set('key', 1))).toBe(1)
        expect(await cost(() => memory.record({ body: 'happened' }))).toBe(1)
        expect(await cost(() => memory.forget('tea'))).toBe(1)
        await driver.close()
        await proxy.close()
      })

      test('needs no right but to data where the tables are there, and notes what a role writes that has less', async () => {
        const admin = postgresDriver(url)
        await openMemory(admin).remember({ name: 'tea', body: 'green' })
        await admin.batch([
          { sql: 'drop role if exists persql_memory_writer' },
          { sql: 'create role persql_memory_writer' },
          { sql: 'revoke create on schema public from public' },
          { sql: 'grant usage on schema public to persql_memory_writer' },
          { sql: 'grant select, update on ctx_memory to persql_memory_writer' },
        ])
        try {
          await admin.batch([
            { sql: 'set local role persql_memory_writer' },
            { sql: `update ctx_memory set body = 'oolong'` },
          ])
          expect(await openMemory(admin).recall('oolong')).toMatchObject([{ name: 'tea' }])
          await admin.batch([
            {
              sql: 'grant select, insert, update, delete on all tables in schema public to persql_memory_writer',
            },
          ])
          const writer: SqlDriver = {
            ...admin,
            batch: (statements, options) =>
              admin
                .batch([{ sql: 'set local role persql_memory_writer' }, ...statements], options)
                .then((results) => results.slice(1)),
          }
          const limited = openMemory(writer, { createTables: false })
          await limited.remember({ name: 'cake', body: 'lemon cake' })
          expect(await limited.recall('lemon')).toMatchObject([{ name: 'cake' }])
          expect(await limited.forget('cake')).toBe(true)
        } finally {
          await admin.batch([
            { sql: 'drop owned by persql_memory_writer' },
            { sql: 'drop role persql_memory_writer' },
          ])
          await admin.close()
        }
      })
    })
  })
}
