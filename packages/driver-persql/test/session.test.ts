import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { type Fetch, PerSQL } from '@persql/sdk'
import {
  countUnindexed,
  indexItems,
  SessionStore,
  type SqlDriver,
  searchItems,
  toSqlDriver,
} from '@persql/session-core'
import { requestsOf } from '@persql/test-support/count-requests'
import { expect, test } from 'vitest'
import { persqlDriver } from '../src/index.ts'
import { remote } from './support/remote.ts'

const { client } = await remote()

interface Item {
  readonly n: number
}

const items = (count: number): Item[] => Array.from({ length: count }, (_, n) => ({ n }))

test('is one request for each operation of a session, making its tables included', async () => {
  const store = new SessionStore<Item>(persqlDriver(client().database('acme/counted')))
  expect(await requestsOf(() => store.read('s'))).toBe(1)
  expect(await requestsOf(() => store.append('s', items(1)))).toBe(1)
  expect(await requestsOf(() => store.append('s', items(1000)))).toBe(1)
  expect(await requestsOf(() => store.read('s'))).toBe(1)
  expect(await requestsOf(() => store.pop('s'))).toBe(1)
  expect(await requestsOf(() => store.replaceAll('s', items(2)))).toBe(1)
  expect(await requestsOf(() => store.clear('s'))).toBe(1)
})

/** Loses the replies of the exchanges that `isLost` picks by their number; the server has done its work by then. */
function lossyFetch(isLost: (exchange: number) => boolean): Fetch {
  let exchange = 0
  return async (...args) => {
    const response = await globalThis.fetch(...args)
    exchange += 1
    if (!isLost(exchange)) return response
    await response.arrayBuffer()
    throw new TypeError('terminated')
  }
}

test('applies an append exactly once, whose first replies are lost', async () => {
  const fetch = lossyFetch((exchange) => exchange % 3 !== 0)
  const store = new SessionStore<Item>(persqlDriver(client({ fetch }).database('acme/lossy')))
  for (const item of items(5)) await store.append('s', [item])
  expect(await store.read('s')).toEqual(items(5))
})

test('keeps the order of appends from one driver that are called without waiting', async () => {
  const store = new SessionStore<Item>(persqlDriver(client().database('acme/ordered')))
  await Promise.all(items(50).map((item) => store.append('s', [item])))
  expect(await store.read('s')).toEqual(items(50))
})

test('runs on a leased branch with its own token, which ends with the branch', async () => {
  const parent = client().database('acme/parent')
  await new SessionStore<Item>(persqlDriver(parent)).append('s', items(3))
  const claim = await parent.branches.claim({ ref: 'run/1', role: 'write' })
  expect(claim).toMatchObject({ branchRef: 'run/1', namespaceSlug: 'acme', outcome: 'created' })
  const leased = client({ token: claim.token })
  const store = new SessionStore<Item>(persqlDriver(leased.database('acme', claim.databaseSlug)), {
    createTables: false,
  })
  expect(await store.read('s')).toEqual([])
  await store.append('s', items(1))
  expect(await store.read('s')).toEqual(items(1))
  await expect(
    persqlDriver(leased.database('acme/parent')).batch([{ sql: 'select 1' }]),
  ).rejects.toMatchObject({
    name: 'StorageError',
  })
  await parent.branches.delete('run/1')
  await expect(store.read('s')).rejects.toMatchObject({ code: 'CANNOT_OPEN' })
})

test('asks for nothing in local mode while nobody has changed the database', async () => {
  const sqlite = betterSqlite3Driver(':memory:')
  let batches = 0
  const counting: SqlDriver = {
    ...sqlite,
    batch(...args) {
      batches += 1
      return sqlite.batch(...args)
    },
  }
  await using local = new PerSQL({ local: counting })
  const database = local.database('acme/agents')
  const store = new SessionStore<Item>(toSqlDriver(database))
  const cost = async (count: number) => {
    const before = batches
    expect(await store.read('s')).toHaveLength(count)
    return batches - before
  }
  await store.append('s', items(1))
  expect([await cost(1), await cost(1)]).toEqual([1, 1])
  for (let n = 2; n < 5; n++) {
    await store.append('s', items(1))
    expect(await cost(n)).toBe(0)
  }
  // Of the same handle, of another one, and of the driver itself.
  for (const change of [
    () => database.query("update agent_sessions set updated_at = '2000-01-01'"),
    () => new SessionStore<Item>(toSqlDriver(local.database('acme/other'))).append('other', items(1)),
    () => sqlite.batch([{ sql: "delete from agent_messages where session_id = 'other'" }]),
  ]) {
    await change()
    expect([await cost(4), await cost(4)]).toEqual([1, 0])
  }
  await local.close()
  await expect(store.read('s')).rejects.toMatchObject({ code: 'DRIVER_CLOSED' })
})

test('a token of the session tables finds what was said, though it may not look for an index', async () => {
  const database = client().database('acme/searched')
  const all = persqlDriver(database)
  await new SessionStore(all).append('s', [{ content: 'the zeppelin' }], { operationId: 'one' })
  await indexItems(all)
  const { token } = await client().tokens.create('reader', {
    role: 'readonly',
    database: 'searched',
    tableScope: ['agent_sessions', 'agent_messages', 'agent_sessions_marks', 'agent_sessions_operations'],
  })
  const scoped = persqlDriver(client({ token }).database('acme/searched'))
  expect((await searchItems(scoped, ['zeppelin'])).hits).toHaveLength(1)
  expect((await searchItems(scoped, ['nothing'])).hits).toEqual([])
})

test('an index that a branch brings into its parent, which has no rows, costs no hit', async () => {
  const parent = client().database('acme/merged')
  const driver = persqlDriver(parent)
  const store = new SessionStore(driver)
  await store.append('s', [{ content: 'the zeppelin' }])
  const branch = await parent.branches.upsert('try')
  const branchDriver = persqlDriver(client().database('acme', branch.slug))
  await new SessionStore(branchDriver).append('s', [{ content: 'an order' }])
  expect(await indexItems(branchDriver)).toBe(1)
  const { applied } = await parent.branches.merge('try', { mode: 'schema' })
  expect(applied).toHaveLength(5)

  expect(await countUnindexed(driver)).toBeUndefined()
  await store.append('s', [{ content: 'another zeppelin' }])
  expect((await searchItems(driver, ['zeppelin'])).hits).toHaveLength(2)
  expect(await indexItems(driver)).toBe(2)
  expect(await countUnindexed(driver)).toBe(0)
})
