import { PerSQL } from '@persql/sdk'
import { SessionStore } from '@persql/session-core'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { persqlDriver } from '../src/index.ts'
import { faultyProxy, seededRandom } from './support/faulty-proxy.ts'
import { ADMIN_TOKEN, serverProcess } from './support/server-process.ts'

const CLIENTS = 8
const APPENDS = 5000
const KILL_EVERY = 480

interface Item {
  readonly client: number
  readonly append: number
  readonly part: number
}

const partsOf = (client: number, append: number): Item[] =>
  [0, 1, 2].map((part) => ({ client, append, part }))

test('loses nothing and doubles nothing while a fifth of the exchanges and the server fail', async () => {
  const seed = Number(process.env['PERSQL_TEST_SEED'] ?? Date.now() % 1_000_000)
  console.log(`PERSQL_TEST_SEED=${seed}`)
  const server = await serverProcess(temporaryFolder())
  const proxy = await faultyProxy(server.port, 0.2, seededRandom(seed))
  let done = 0
  let kills = 0
  let restarts = Promise.resolve()

  async function work(client: number): Promise<void> {
    await using persql = new PerSQL({ token: ADMIN_TOKEN, baseURL: proxy.url, maxRetries: 50, timeout: 5000 })
    const driver = persqlDriver(persql.database('acme/agents'))
    const store = new SessionStore<Item>(driver)
    for (let append = 0; append < APPENDS / CLIENTS; append++) {
      await store.append('shared', partsOf(client, append))
      done += 1
      if (done % KILL_EVERY === 0) restarts = restarts.then(restart)
    }
    await driver.close()
  }

  async function restart(): Promise<void> {
    kills += 1
    await server.restart()
  }

  try {
    await Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client)))
    await restarts
    expect(kills).toBe(10)
    const direct = new PerSQL({ token: ADMIN_TOKEN, baseURL: `http://127.0.0.1:${server.port}` })
    const items = await new SessionStore<Item>(persqlDriver(direct.database('acme/agents'))).read('shared')

    const next = Array.from({ length: CLIENTS }, () => 0)
    for (let index = 0; index < items.length; index += 3) {
      const { client } = items[index]!
      expect(items.slice(index, index + 3)).toEqual(partsOf(client, next[client]!++))
    }
    expect(next).toEqual(next.map(() => APPENDS / CLIENTS))
    expect(Object.values(proxy.harmed).every((times) => times > 100)).toBe(true)
  } finally {
    await proxy.close()
    await server.kill()
  }
}, 300_000)
