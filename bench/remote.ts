import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { AgentInputItem } from '@openai/agents-core'
import { countingProxy } from './counting-proxy.ts'
import { TURN } from './items.ts'
import { percentile } from './median.ts'
import { NAMESPACE, persqlClient, REMOTE_PERSQL } from './systems/remote-persql.ts'
import type { RemoteServer, RemoteSystem } from './systems/remote-system.ts'

const DATABASES = 8
const SESSIONS = 32
/** How often each of the other databases has a turn, in milliseconds. */
const PACE = 50

/** Appends per second from sessions that append side by side, for each round; by system. */
export async function measureAppends(
  systems: readonly RemoteSystem[],
  rounds: number,
  milliseconds: number,
  folder: string,
): Promise<Record<string, number[]>> {
  const servers: { name: string; server: RemoteServer }[] = []
  for (const { name, start } of systems) {
    servers.push({ name, server: await start(folderOf(folder, `appends-${servers.length}`)) })
  }
  const results: Record<string, number[]> = {}
  // Round 0 warms up and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (let place = 0; place < servers.length; place++) {
      const { name, server } = servers[(place + round) % servers.length]!
      const perSecond = await appendsPerSecond(server, round, milliseconds)
      if (round > 0) results[name] = [...(results[name] ?? []), perSecond]
    }
  }
  for (const { server } of servers) await server.close()
  return results
}

async function appendsPerSecond(server: RemoteServer, round: number, milliseconds: number): Promise<number> {
  const stores = Array.from({ length: DATABASES }, (_, index) => server.store(`appends-${index}`))
  const start = performance.now()
  let appends = 0
  await Promise.all(
    Array.from({ length: SESSIONS }, async (_, index) => {
      const session = stores[index % DATABASES]!.session(`session-${round}-${index}`)
      while (performance.now() - start < milliseconds) {
        await session.addItems(TURN)
        appends++
      }
    }),
  )
  const seconds = (performance.now() - start) / 1000
  for (const store of stores) await store.close()
  return appends / seconds
}

/** The 99th percentile of the turns of other databases in milliseconds, for each round. */
export interface Neighbours {
  readonly alone: readonly number[]
  /** While one database ran a query all the time. */
  readonly besideQuery: readonly number[]
  /** How long those queries ran, in milliseconds. */
  readonly queries: readonly number[]
}

export async function measureNeighbours(
  systems: readonly RemoteSystem[],
  rounds: number,
  milliseconds: number,
  folder: string,
): Promise<Neighbours | undefined> {
  const system = systems.find(({ name }) => name === REMOTE_PERSQL)
  if (!system) return undefined
  const server = await system.start(folderOf(folder, 'neighbours'))
  const client = persqlClient(server.url)
  const query = async (count: number) => {
    const start = performance.now()
    await client.database(NAMESPACE, 'busy').query(COUNT, [count], { timeout: 60_000 })
    return performance.now() - start
  }
  const alone: number[] = []
  const besideQuery: number[] = []
  const queries: number[] = []
  const wait = () => new Promise<number>((resolve) => setTimeout(resolve, milliseconds, milliseconds))
  await turnsDuring(server, -1, wait())
  const count = Math.round((1_000_000 * milliseconds) / (await query(1_000_000)))
  for (let round = 0; round < rounds; round++) {
    alone.push(percentile(await turnsDuring(server, round * 2, wait()), 0.99))
    const running = query(count)
    besideQuery.push(percentile(await turnsDuring(server, round * 2 + 1, running), 0.99))
    queries.push(await running)
  }
  await client.close()
  await server.close()
  return { alone, besideQuery, queries }
}

const COUNT =
  'with recursive n (i) as (select 1 union all select i + 1 from n where i < ?) select count(*) from n'

/** The times of turns in all other databases, at a steady pace, until something has ended. */
async function turnsDuring(server: RemoteServer, round: number, end: Promise<unknown>): Promise<number[]> {
  let ended = false
  void end.finally(() => {
    ended = true
  })
  const times: number[] = []
  await Promise.all(
    Array.from({ length: DATABASES - 1 }, async (_, index) => {
      const store = server.store(`neighbour-${index}`)
      let due = performance.now() + (index * PACE) / DATABASES
      for (let turn = 0; !ended; turn++) {
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
        const start = performance.now()
        const session = store.session(`session-${round}-${turn}`)
        await session.getItems()
        await session.addItems(TURN)
        times.push(performance.now() - start)
        due = Math.max(due + PACE, performance.now())
      }
      await store.close()
    }),
  )
  return times
}

/** The requests of turns, counted at the socket: the first one in a new database, and those on longer histories. */
export function countRequests(
  systems: readonly RemoteSystem[],
  folder: string,
): Promise<readonly number[] | undefined> {
  return countedTurns(systems, folderOf(folder, 'requests'), async (takeTurn) => {
    const counts: number[] = []
    for (const items of [TURN, TURN, Array(200).fill(TURN).flat(), TURN.slice(0, 1)]) {
      counts.push((await takeTurn(items)).requests)
    }
    return counts
  })
}

/** The bytes that turns with 1,000 items stored bring down, counted at the socket, in a session that goes on. */
export function countBytes(
  systems: readonly RemoteSystem[],
  folder: string,
): Promise<readonly number[] | undefined> {
  return countedTurns(systems, folderOf(folder, 'bytes'), async (takeTurn) => {
    await takeTurn(Array(250).fill(TURN).flat())
    const counts: number[] = []
    for (let turn = 0; turn < 5; turn++) counts.push((await takeTurn(TURN)).answered)
    // The first ones read everything, until the session is kept.
    return counts.slice(2)
  })
}

type TakeTurn = (items: AgentInputItem[]) => Promise<{ requests: number; answered: number }>

/** Turns of one session behind a proxy that counts what each of them sends and gets. */
async function countedTurns(
  systems: readonly RemoteSystem[],
  folder: string,
  work: (takeTurn: TakeTurn) => Promise<readonly number[]>,
): Promise<readonly number[] | undefined> {
  const system = systems.find(({ name }) => name === REMOTE_PERSQL)
  if (!system) return undefined
  const server = await system.start(folder)
  const proxy = await countingProxy(server.url)
  const store = server.store('counted', proxy.url)
  const counts = await work(async (items) => {
    const before = { requests: proxy.requests, answered: proxy.answered }
    const session = store.session('counted')
    await session.getItems()
    await session.addItems(items)
    return {
      requests: proxy.requests - before.requests,
      answered: proxy.answered - before.answered,
    }
  })
  await store.close()
  await proxy.close()
  await server.close()
  return counts
}

function folderOf(parent: string, name: string): string {
  const folder = join(parent, name)
  mkdirSync(folder)
  return folder
}
