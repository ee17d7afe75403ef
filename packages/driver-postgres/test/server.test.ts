import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { RunJournal, SessionCatalog, SessionStore, sessionTablesSql } from '@persql/session-core'
import {
  bouncedDatabases,
  type Databases,
  SERVER,
  serverDatabases,
} from '@persql/test-support/postgres-databases'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'

const BOUNCER = process.env['PERSQL_TEST_PGBOUNCER']

const run = promisify(execFile)
const worker = join(import.meta.dirname, 'support/session-worker.ts')

type Item = Record<string, unknown>

/** Eight processes that do the same at the same time, and what each of them printed. */
async function inEightProcesses(url: string, argumentsOf: (name: string) => readonly string[]) {
  const names = Array.from({ length: 8 }, (_, n) => `process ${n}`)
  const done = await Promise.all(
    names.map((name) => run(process.execPath, [worker, url, ...argumentsOf(name)], { maxBuffer: 2 ** 26 })),
  )
  return done.map(({ stdout }) => stdout)
}

function describeServer(databases: Databases, preparedStatements: boolean) {
  describe(databases.name, () => {
    let url: string

    beforeEach(async ({ task }) => {
      url = await databases.urlOf(task.id)
    })
    afterAll(() => databases.close())

    test('loses, doubles and tears nothing where eight first users append to one session', async () => {
      await inEightProcesses(url, (name) => ['append', name, '25'])
      const driver = postgresDriver({ url, preparedStatements })
      const items = await new SessionStore<Item>(driver).read('shared')
      expect(items).toHaveLength(8 * 25 * 3)
      for (const [place, { name, n, part }] of items.entries()) {
        expect(part).toBe(place % 3)
        const first = items[place - (place % 3)]
        expect({ name, n }).toEqual({ name: first?.['name'], n: first?.['n'] })
      }
      for (let process = 0; process < 8; process++) {
        const own = items.filter(({ name, part }) => name === `process ${process}` && part === 0)
        expect(own.map(({ n }) => n)).toEqual(Array.from({ length: 25 }, (_, n) => n))
      }
      await driver.close()
    })

    test('makes the tables of runs where eight first users begin one each', async () => {
      const drivers = Array.from({ length: 8 }, () => postgresDriver({ url, preparedStatements }))
      // Connected, so that they begin at the same time.
      await Promise.all(drivers.map((driver) => driver.batch([{ sql: 'select 1' }])))
      const claims = await Promise.all(
        drivers.map((driver, n) => new RunJournal(driver).claim(`run ${n}`, { input: 'go' })),
      )
      expect(claims.map(({ isHeld }) => isHeld)).toEqual(Array(8).fill(true))
      await Promise.all(drivers.map((driver) => driver.close()))
    })

    test('gives each item to one of eight that pop, and to none nothing', async () => {
      const driver = postgresDriver({ url, preparedStatements })
      const store = new SessionStore<Item>(driver)
      await store.append(
        'shared',
        Array.from({ length: 400 }, (_, n) => ({ n })),
      )
      const printed = await inEightProcesses(url, () => ['pop', '50'])
      const popped = printed.flatMap((text) => JSON.parse(text) as (Item | null)[])
      expect(popped.map((item) => item?.['n']).sort((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: 400 }, (_, n) => n),
      )
      expect(await store.read('shared')).toEqual([])
      await driver.close()
    })

    test('says a statement that takes too long BUSY, and leaves nothing of it', async () => {
      const driver = postgresDriver({ url, preparedStatements })
      await driver.batch([{ sql: 'create table t (id integer)' }])
      const running = driver.batch([
        { sql: "set local statement_timeout = '20ms'" },
        { sql: 'insert into t values (1)' },
        { sql: 'select pg_sleep(60)' },
      ])
      await expect(running).rejects.toMatchObject({ code: 'BUSY', statementIndex: 2 })
      const [rows] = await driver.batch([{ sql: 'select * from t' }])
      expect(rows?.rows).toEqual([])
      await driver.close()
    })

    test('repeats what the server gives up for a deadlock', async () => {
      const driver = postgresDriver({ url, preparedStatements })
      await driver.batch([
        { sql: 'create table t (id integer primary key, n integer not null)' },
        { sql: 'insert into t values (1, 0), (2, 0)' },
      ])
      const add = (id: number) => ({ sql: 'update t set n = n + 1 where id = $1', params: [id] })
      const meet = { sql: 'select pg_sleep(0.3)' }
      await Promise.all([
        driver.batch([add(1), meet, add(2)], { sessions: ['one'] }),
        driver.batch([add(2), meet, add(1)], { sessions: ['other'] }),
      ])
      const [result] = await driver.batch([{ sql: 'select n from t' }])
      expect(result?.rows).toEqual([[2], [2]])
      await driver.close()
    })

    test('keeps the order of one session, and lets others go ahead', async () => {
      const driver = postgresDriver({ url, preparedStatements, connection: { max: 4 } })
      const store = new SessionStore<Item>(driver)
      await store.append('slow', [])
      const done: string[] = []
      const note = (name: string) => () => done.push(name)
      await Promise.all([
        driver.batch([{ sql: 'select pg_sleep(0.3)' }], { sessions: ['slow'] }).then(note('slow 1')),
        store.append('slow', [{ n: 1 }]).then(note('slow 2')),
        store.append('slow', [{ n: 2 }]).then(note('slow 3')),
        store.append('quick', [{ n: 1 }]).then(note('quick')),
      ])
      expect(done).toEqual(['quick', 'slow 1', 'slow 2', 'slow 3'])
      expect(await store.read('slow')).toEqual([{ n: 1 }, { n: 2 }])
      await driver.close()
    })

    // PgBouncer may have a user of its own for the server.
    test.skipIf(databases.isBounced)('needs no right but to data where the tables are there', async () => {
      const admin = postgresDriver({ url, preparedStatements })
      const role = `persql_role_${url.slice(-16)}`
      await admin.batch([
        ...sessionTablesSql('postgres').map((sql) => ({ sql })),
        { sql: `create role ${role} login` },
        { sql: `revoke create on schema public from public` },
        { sql: `grant select, insert, update, delete on all tables in schema public to ${role}` },
      ])
      try {
        for (const createTables of [true, false]) {
          const driver = postgresDriver(Object.assign(new URL(url), { username: role }).href)
          const store = new SessionStore<Item>(driver, { createTables })
          await store.append('s', [{ n: 1 }], { operationId: `once ${createTables}` })
          expect(await store.pop('s')).toEqual({ n: 1 })
          const others = new SessionStore<Item>(driver, {
            createTables,
            sessionsTable: 'a',
            messagesTable: 'b',
          })
          expect(createTables ? await others.read('s') : []).toEqual([])
          await expect(others.append('s', [{ n: 1 }])).rejects.toMatchObject({ code: 'NO_SUCH_TABLE' })
          await driver.close()
        }
      } finally {
        await admin.batch([{ sql: `drop owned by ${role}` }, { sql: `drop role ${role}` }])
        await admin.close()
      }
    })

    test.skipIf(databases.isBounced)('sees what a role changes that has no right to marks', async () => {
      const admin = postgresDriver({ url, preparedStatements })
      const role = `persql_role_${url.slice(-16)}`
      const store = new SessionStore<Item>(admin)
      await store.append('s', [{ n: 1 }, { n: 2 }, { n: 3 }])
      await admin.batch([
        { sql: `create role ${role} login` },
        { sql: `revoke create on schema public from public` },
        { sql: `grant select, insert, update, delete on agent_sessions, agent_messages to ${role}` },
      ])
      try {
        for (let n = 0; n < 3; n++) await store.read('s')
        const driver = postgresDriver(Object.assign(new URL(url), { username: role }).href)
        const other = new SessionStore<Item>(driver)
        for (let n = 0; n < 3; n++) expect(await other.read('s')).toHaveLength(3)
        await driver.batch([{ sql: 'delete from agent_messages where id = 2' }])
        expect(await store.read('s')).toEqual([{ n: 1 }, { n: 3 }])
        await other.append('s', [{ n: 4 }])
        expect(await other.pop('s')).toEqual({ n: 4 })
        expect([await other.read('s'), await store.read('s')]).toEqual(Array(2).fill([{ n: 1 }, { n: 3 }]))
        expect(store.cache!.stats).toMatchObject({ hits: 1, fullReads: { changed: 2 } })
        await driver.close()
      } finally {
        await admin.batch([{ sql: `drop owned by ${role}` }, { sql: `drop role ${role}` }])
        await admin.close()
      }
    })

    test('keeps marks beside the items, whatever schemas and search paths are', async () => {
      const admin = postgresDriver({ url, preparedStatements })
      await admin.batch([{ sql: 'create schema one' }, { sql: 'create schema two' }])
      for (const [sessionsTable, messagesTable] of [
        ['one.s', 'one.m'],
        ['one.s2', 'two.m2'],
        ['one.s3', 'm3'],
        ['s4', 'two.m4'],
      ] as const) {
        const store = new SessionStore<Item>(admin, { sessionsTable, messagesTable })
        await store.append('s', [{ n: 1 }, { n: 2 }, { n: 3 }])
        for (let n = 0; n < 3; n++) await store.read('s')
        await admin.batch([
          { sql: 'set local search_path = pg_catalog' },
          {
            sql: `delete from ${messagesTable.includes('.') ? messagesTable : `public.${messagesTable}`} where id = 2`,
          },
        ])
        expect(await store.read('s')).toEqual([{ n: 1 }, { n: 3 }])
      }
      expect(new SessionStore<Item>(admin).cache!.stats).toMatchObject({ hits: 4, fullReads: { changed: 4 } })
      await admin.close()
    })

    test('keeps its promises where transactions are serializable by default', async () => {
      const admin = postgresDriver({ url, preparedStatements })
      const name = new URL(url).pathname.slice(1)
      await admin.batch([
        { sql: `alter database ${name} set default_transaction_isolation = 'serializable'` },
      ])
      const drivers = Array.from({ length: 8 }, () => postgresDriver({ url, preparedStatements }))
      const stores = drivers.map((driver) => new SessionStore<Item>(driver))
      await Promise.all(stores.map((store) => store.append('s', [{ n: 0 }])))
      await Promise.all(stores.map((store) => store.append('s', [{ n: 1 }])))
      expect(await stores[0]!.read('s')).toHaveLength(16)
      await Promise.all([...drivers, admin].map((driver) => driver.close()))
    })

    test('forks and lists while others write', async () => {
      const driver = postgresDriver({ url, preparedStatements })
      const store = new SessionStore<Item>(driver)
      const catalog = new SessionCatalog(driver)
      await store.append('source', [{ n: 0 }, { n: 1 }])
      await Promise.all([
        catalog.fork('source', 'copy 1'),
        store.append('source', [{ n: 2 }]),
        catalog.fork('source', 'copy 2'),
        store.append('copy 2', [{ n: 3 }]),
        catalog.list(),
      ])
      expect(await store.read('copy 1')).toEqual([{ n: 0 }, { n: 1 }])
      expect(await store.read('copy 2')).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }])
      await driver.close()
    })
  })
}

describe.skipIf(!SERVER)('a server that PERSQL_TEST_POSTGRES names', () => {
  if (SERVER) describeServer(serverDatabases(SERVER), true)
  else test('keeps its promises', () => {})
})

describe.skipIf(!SERVER || !BOUNCER)('a PgBouncer that PERSQL_TEST_PGBOUNCER names', () => {
  if (!SERVER || !BOUNCER) test('keeps its promises', () => {})
  else
    for (const prepared of [false, true])
      describeServer(bouncedDatabases(SERVER, BOUNCER, prepared), prepared)
})
