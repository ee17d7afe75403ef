import { isStorageError, SessionStore } from '@persql/session-core'
import { tcpProxy } from '@persql/test-support/tcp-proxy'
import { describe, expect, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'
import { replicatedServers } from './support/replicated-servers.ts'
import { SERVER_PROGRAMS } from './support/server-folder.ts'

interface Item {
  readonly client: number
  readonly n: number
}

const CLIENTS = 8
const ITEMS = 5_000
const KILLED_AFTER = 1_500

/** What says that the server is away, or not yet what it is going to be. */
const PASSING = ['UNAVAILABLE', 'READ_ONLY', 'BUSY'] as const

// It starts two servers of its own, by the programs that PERSQL_TEST_POSTGRES_BIN names.
describe.skipIf(!SERVER_PROGRAMS)('failover', () => {
  test('keeps every acknowledged item once when the primary is killed and its standby promoted', async () => {
    const servers = await replicatedServers(SERVER_PROGRAMS!)
    // As a load balancer would be.
    let current = servers.primary.url
    const open = new Set<{ destroy(): void }>()
    const balancer = await tcpProxy(
      () => Number(new URL(current).port),
      ({ client }) => {
        open.add(client)
        return {}
      },
    )
    const url = Object.assign(new URL(current), { host: new URL(balancer.url).host }).href
    const drivers = Array.from({ length: CLIENTS }, () => postgresDriver({ url, connection: { max: 1 } }))
    const acknowledged = drivers.map((): number[] => [])
    let next = 0
    let done = 0
    let unknown = 0
    let failover: Promise<void> | undefined

    async function failOver() {
      await servers.primary.kill()
      await servers.standby.promote()
      current = servers.standby.url
      for (const client of open) client.destroy()
    }

    async function client(number: number) {
      const store = new SessionStore<Item>(drivers[number]!)
      while (next < ITEMS) {
        const n = next++
        for (;;) {
          try {
            await store.append(`session ${number % 4}`, [{ client: number, n }], { operationId: `item ${n}` })
            break
          } catch (error) {
            if (!PASSING.some((code) => isStorageError(error, code))) throw error
            if (isStorageError(error, 'UNAVAILABLE')) unknown++
            await new Promise((resolve) => setTimeout(resolve, 20))
          }
        }
        acknowledged[number]!.push(n)
        done++
        if (done === KILLED_AFTER) failover = failOver()
      }
    }

    await Promise.all(drivers.map((_, number) => client(number)))
    await failover
    const store = new SessionStore<Item>(drivers[0]!)
    const stored = (await Promise.all([0, 1, 2, 3].map((session) => store.read(`session ${session}`)))).flat()
    expect(stored).toHaveLength(ITEMS)
    for (const [number, ns] of acknowledged.entries()) {
      expect(stored.filter(({ client }) => client === number).map(({ n }) => n)).toEqual(ns)
    }
    expect(unknown).toBeGreaterThan(0)
    await Promise.all(drivers.map((driver) => driver.close()))
    await balancer.close()
    await servers.stop()
  }, 300_000)
})
