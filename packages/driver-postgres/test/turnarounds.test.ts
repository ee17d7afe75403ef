import { SessionStore } from '@persql/session-core'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'
import { type CountingProxy, countingProxy } from './support/counting-proxy.ts'

for (const databases of everyDatabase()) {
  describe(`turnarounds on ${databases.name}`, () => {
    let proxy: CountingProxy

    beforeEach(async ({ task }) => {
      proxy = await countingProxy(await databases.urlOf(task.name))
    })
    afterEach(() => proxy.close())
    afterAll(() => databases.close())

    /** How many an operation takes, of a driver that is connected. */
    async function cost(operation: () => Promise<unknown>): Promise<number> {
      const before = proxy.turnarounds()
      await operation()
      return proxy.turnarounds() - before
    }

    test('a turn is two, and so is the first one of all', async () => {
      const driver = postgresDriver({ url: proxy.url, connection: { max: 1 } })
      const store = new SessionStore<unknown>(driver)
      await driver.batch([{ sql: 'select 1' }])
      const turn = async () => {
        await store.read('s')
        await store.append('s', [{ role: 'user' }, { n: 1 }, { n: 2 }, { n: 3 }])
      }
      expect(await cost(turn)).toBe(2)
      expect(await cost(turn)).toBe(2)
      expect(await store.read('s')).toHaveLength(8)
      await driver.close()
    })

    test('an operation is one, whatever its statements', async () => {
      const driver = postgresDriver({ url: proxy.url, connection: { max: 1 } })
      const store = new SessionStore<unknown>(driver)
      await driver.batch([{ sql: 'select 1' }])
      expect(await cost(() => store.append('s', [{ n: 0 }], { operationId: 'first' }))).toBe(1)
      const many = Array.from({ length: 500 }, (_, n) => ({ role: n % 2 ? 'assistant' : 'user', n }))
      expect(await cost(() => store.append('s', many))).toBe(1)
      expect(await cost(() => store.read('s', { items: 20 }))).toBe(1)
      expect(await cost(() => store.read('s', { turns: 2 }))).toBe(1)
      expect(await cost(() => store.pop('s'))).toBe(1)
      expect(await cost(() => store.replaceAll('s', [{ n: 1 }]))).toBe(1)
      expect(await cost(() => store.clear('s'))).toBe(1)
      await driver.close()
    })

    test('a batch of a pool of pg is one, too', async () => {
      const { default: pg } = await import('pg')
      const pool = new pg.Pool({ connectionString: proxy.url, max: 1 })
      const driver = postgresDriver(pool)
      await driver.batch([{ sql: 'select 1' }])
      const batch = Array.from({ length: 10 }, (_, n) => ({ sql: `select ${n}` }))
      expect(await cost(() => driver.batch(batch))).toBe(1)
      await driver.close()
      // It is still the caller's.
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
      await pool.end()
    })
  })
}
