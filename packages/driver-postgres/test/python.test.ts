import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { SessionStore } from '@persql/session-core'
import { SERVER, serverDatabases } from '@persql/test-support/postgres-databases'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'

const PYTHON = process.env['PERSQL_TEST_PYTHON']

const script = join(import.meta.dirname, 'support/sqlalchemy_session.py')

type Item = Record<string, unknown>

describe.skipIf(!PYTHON || !SERVER)('tables shared with the SQLAlchemySession of the Python SDK', () => {
  const databases = serverDatabases(SERVER ?? '')
  let url: string
  let driver: ReturnType<typeof postgresDriver>
  let python: ReturnType<typeof startPython>

  beforeEach(async ({ task }) => {
    url = await databases.urlOf(task.id)
    driver = postgresDriver(url)
    python = startPython()
  })
  afterEach(async () => {
    await driver.close()
    await python.end()
  })
  afterAll(() => databases.close())

  /** Asks the Python SDK, which starts slowly and so answers all of a test. */
  function startPython() {
    const child = spawn(PYTHON!, [script, url.replace('postgres:', 'postgresql+asyncpg:')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const answers = createInterface(child.stdout)[Symbol.asyncIterator]()
    return {
      async ask(session: string, what: Item): Promise<unknown> {
        child.stdin.write(`${JSON.stringify({ session, ...what })}\n`)
        const { value, done } = await answers.next()
        if (done) throw new Error('Python has ended.')
        return JSON.parse(value)
      },
      async end() {
        child.stdin.end()
        await once(child, 'close')
      },
    }
  }

  const items = (from: number, count: number): Item[] =>
    Array.from({ length: count }, (_, n) => ({ role: 'user', content: `item ${from + n}` }))

  for (const first of ['TypeScript', 'Python'] as const) {
    test(`in tables of ${first}, either reads, pops and adds after the other, in one order`, async () => {
      const store = new SessionStore<Item>(driver)
      if (first === 'Python') await python.ask('other', { add: items(0, 1), create_tables: true })
      await store.append('s', items(0, 3))
      expect(await python.ask('s', { add: items(3, 2) })).toEqual(items(0, 5))
      await store.append('s', items(5, 3), { operationId: 'once' })
      await store.append('s', items(5, 3), { operationId: 'once' })
      expect(await python.ask('s', {})).toEqual(items(0, 8))
      expect(await python.ask('s', { limit: 3 })).toEqual(items(5, 3))
      expect(await store.read('s')).toEqual(items(0, 8))
      expect(await python.ask('s', { pop: true })).toEqual(items(7, 1)[0])
      expect(await store.pop('s')).toEqual(items(6, 1)[0])
      await store.rewrite('s', (all) => all.map((item, n) => (n === 2 ? items(20, 2) : [item])))
      const rewritten = [...items(0, 2), ...items(20, 2), ...items(3, 3)]
      expect(await python.ask('s', {})).toEqual(rewritten)
      await store.replaceSuffix('s', items(5, 1), items(30, 2))
      const replaced = [...rewritten.slice(0, -1), ...items(30, 2)]
      expect(await python.ask('s', {})).toEqual(replaced)
      expect(await store.read('s')).toEqual(replaced)
    })
  }

  test('a change that waited for others comes after theirs in Python as well', async () => {
    const drivers = Array.from({ length: 8 }, () => postgresDriver({ url, connection: { max: 1 } }))
    const stores = drivers.map((one) => new SessionStore<Item>(one))
    for (let round = 0; round < 10; round++) {
      await Promise.all(stores.map((store, n) => store.append('s', items(round * 100 + n * 10, 2))))
    }
    expect(await python.ask('s', {})).toEqual(await stores[0]!.read('s'))
    await Promise.all(drivers.map((one) => one.close()))
  })
})
