import { type BatchOptions, SessionStore, type SqlDriver } from '@persql/session-core'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'
import { type CountingProxy, countingProxy } from './support/counting-proxy.ts'

type Item = Record<string, unknown>

test('refuses what is no database, and pools that send by themselves', async () => {
  expect(() => postgresDriver(7 as never)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  expect(() => postgresDriver({ pool: {} as never })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  )
})

test('says UNAVAILABLE where nobody listens, and closes', async () => {
  const driver = postgresDriver('postgres://nobody@127.0.0.1:1/nowhere')
  await expect(driver.batch([{ sql: 'select 1' }])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await driver.close()
  await expect(driver.batch([{ sql: 'select 1' }])).rejects.toMatchObject({ code: 'DRIVER_CLOSED' })
})

for (const databases of everyDatabase()) {
  describe(`the driver on ${databases.name}`, () => {
    let proxy: CountingProxy
    let driver: SqlDriver

    beforeEach(async ({ task }) => {
      proxy = await countingProxy(await databases.urlOf(task.name))
      driver = postgresDriver({ url: proxy.url, connection: { max: 4 } })
    })
    afterEach(async () => {
      await driver.close()
      await proxy.close()
    })
    afterAll(() => databases.close())

    test('refuses a pool in pipeline mode by name', async () => {
      const pool = new pg.Pool({ connectionString: proxy.url, pipeline: true } as pg.PoolConfig)
      const running = postgresDriver(pool).batch([{ sql: 'select 1' }])
      await expect(running).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('pipeline'),
      })
      await pool.end()
    })

    test('gives integers, decimals, truth, times and JSON as SQL values', async () => {
      const [result] = await driver.batch([
        {
          sql: `select 7::int2, 2.5::float4, 12345678901::int8, 9007199254740993::int8, sum(x), 1.50::numeric,
            true, false, '2026-01-31 23:59:59.5'::timestamp, '{"a": 1}'::jsonb, null, '\\x00ff'::bytea
            from (values (1::int8), (2::int8)) as t (x)`,
        },
      ])
      expect(result?.rows).toEqual([
        [
          ...[7, 2.5, 12345678901, 9007199254740993n, 3, '1.50', 1, 0],
          ...['2026-01-31 23:59:59.5', '{"a": 1}', null, new Uint8Array([0, 255])],
        ],
      ])
    })

    test('refuses what changes the connection, and lets what ends with the batch', async () => {
      for (const sql of [
        'set search_path = x',
        ' /* a */ RESET ALL',
        'listen x',
        'discard all',
        'prepare p as select 1',
      ]) {
        await expect(driver.batch([{ sql }]), sql).rejects.toMatchObject({
          code: 'INVALID_STATEMENT',
          statementIndex: 0,
        })
      }
      await driver.batch([{ sql: "set local statement_timeout = '5s'" }, { sql: 'select 1' }])
    })

    test('keeps what the server quotes out of message and cause', async () => {
      const secret = 'hunter2'
      await driver.batch([
        { sql: 'create table t (id integer primary key, secret text unique, n integer not null)' },
      ])
      await driver.batch([{ sql: 'insert into t values (1, $1, 1)', params: [secret] }])
      for (const [sql, code] of [
        ['insert into t values (2, $1, 2)', 'CONSTRAINT'],
        ['insert into t values (3, $1, null)', 'CONSTRAINT'],
        ['select cast(cast($1 as text) as integer)', 'INVALID_STATEMENT'],
        ['select cast(cast($1 as text) as json)', 'INVALID_STATEMENT'],
      ] as const) {
        const error: unknown = await driver.batch([{ sql, params: [secret] }]).catch((thrown) => thrown)
        expect(error, sql).toMatchObject({ name: 'StorageError', code, statementIndex: 0 })
        const { inspect } = await import('node:util')
        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret)
      }
    })

    test('goes on with prepared statements after their tables have changed', async () => {
      const insert = { sql: 'insert into t values ($1)', params: ['7'] }
      const read = { sql: 'select * from t' }
      await driver.batch([{ sql: 'create table t (a text)' }])
      await driver.batch([insert, read])
      await driver.batch([
        { sql: 'drop table t' },
        { sql: 'create table t (a integer, b integer default 8)' },
      ])
      const [, result] = await driver.batch([insert, read])
      expect(result).toMatchObject({ columns: ['a', 'b'], rows: [[7, 8]] })
    })

    test('undoes a batch that fails, at a statement or at its end, and goes on', async () => {
      const one = postgresDriver({ url: proxy.url, connection: { max: 1 } })
      await one.batch([
        { sql: 'create table t (n integer unique deferrable initially deferred, even boolean check (even))' },
      ])
      const add = (n: number, even: boolean) => ({
        sql: 'insert into t values ($1, $2)',
        params: [n, String(even)],
      })
      // The first time, nothing of it has been parsed on the connection.
      for (let time = 0; time < 3; time++) {
        await expect(one.batch([add(2, true), add(3, false)])).rejects.toMatchObject({
          code: 'CONSTRAINT',
          statementIndex: 1,
        })
        await expect(one.batch([add(2, true), add(2, true)])).rejects.toMatchObject({ code: 'CONSTRAINT' })
        const [result] = await one.batch([{ sql: 'select count(*) from t' }], { readOnly: true })
        expect(result?.rows).toEqual([[time]])
        await one.batch([add(4 + time, true)])
      }
      await one.close()
    })

    test('rejects with UNAVAILABLE where the answer is lost, and applies a repeated operation once', async () => {
      const store = new SessionStore<Item>(driver)
      await store.append('s', [{ n: 0 }], { operationId: 'zero' })
      proxy.cut('before the next answer')
      const change = () => store.append('s', [{ n: 1 }], { operationId: 'one' })
      await expect(change()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      await change()
      await change()
      expect(await store.read('s')).toEqual([{ n: 0 }, { n: 1 }])
    })

    test('reads again where a connection is lost', async () => {
      const store = new SessionStore<Item>(driver)
      await store.append('s', [{ n: 0 }])
      proxy.cut('before the next answer')
      expect(await store.read('s')).toEqual([{ n: 0 }])
      proxy.cut()
      expect(await store.read('s')).toEqual([{ n: 0 }])
    })

    test('runs what only reads on the replica', async () => {
      const replicated = postgresDriver({ url: 'postgres://nobody@127.0.0.1:1/nowhere', replica: proxy.url })
      expect(await replicated.batch([{ sql: 'select 1' }], { readOnly: true })).toMatchObject([
        { rows: [[1]] },
      ])
      await expect(replicated.batch([{ sql: 'select 1' }])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      await replicated.close()
    })

    test('has what reads no session in particular run uncompiled, and nothing else', async () => {
      const jit = async (options: BatchOptions) => {
        const [result] = await driver.batch([{ sql: "select current_setting('jit')" }], options)
        return result?.rows[0]?.[0]
      }
      const usual = await jit({})
      expect(await jit({ readOnly: true })).toBe('off')
      expect(await jit({ readOnly: true, sessions: [] })).toBe('off')
      expect(await jit({ readOnly: true, sessions: ['s'] })).toBe(usual)
      expect(await jit({ sessions: [] })).toBe(usual)
    })

    test('keeps tables in a schema', async () => {
      await driver.batch([{ sql: 'create schema app' }])
      const names = { sessionsTable: 'app.sessions', messagesTable: 'app.messages' }
      const store = new SessionStore<Item>(driver, names)
      await store.append('s', [{ n: 0 }], { operationId: 'once' })
      expect(await store.pop('s')).toEqual({ n: 0 })
      const [tables] = await driver.batch([
        { sql: "select tablename from pg_tables where schemaname = 'app' order by 1" },
      ])
      expect(tables?.rows).toEqual([['messages'], ['sessions'], ['sessions_marks'], ['sessions_operations']])
      await driver.batch([{ sql: 'drop schema app cascade' }])
    })

    test('keeps items that PostgreSQL would refuse as JSON', async () => {
      const store = new SessionStore<Item>(driver)
      const items = [{ text: 'a\0b' }, { text: '\ud800' }, { text: '\\u0000' }, { 'k\0': [1e300, -0] }]
      await store.append('s', items)
      await store.rewrite('s', (all) => all.map((item, n) => (n === 1 ? [{ text: '\udfff\0' }] : [item])))
      expect(await store.read('s')).toEqual([items[0], { text: '\udfff\0' }, items[2], items[3]])
      expect(await store.read('s', { turns: 1 })).toHaveLength(4)
    })

    test('writes times in UTC that never go back within a session', async () => {
      const store = new SessionStore<Item>(driver)
      await store.append('s', [{ n: 0 }])
      await driver.batch([{ sql: "update agent_messages set created_at = '2999-01-01 00:00:00.000001'" }])
      await store.append('s', [{ n: 1 }, { n: 2 }])
      await store.append('other', [{ n: 3 }])
      const [result] = await driver.batch([
        {
          sql: `select message_data, cast(created_at as text) like '2999%',
            created_at between (now() at time zone 'UTC') - interval '1 minute' and (now() at time zone 'UTC') + interval '1 minute'
            from agent_messages order by id`,
        },
      ])
      expect(result?.rows.map(([, clamped, isNow]) => [clamped, isNow])).toEqual([
        ...[
          [1, 0],
          [1, 0],
          [1, 0],
        ],
        [0, 1],
      ])
    })
  })
}
