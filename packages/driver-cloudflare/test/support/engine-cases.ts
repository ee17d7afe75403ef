import { Agent, run, setTracingDisabled } from '@openai/agents'
import { assistantMessage, modelResponder, ScriptedModel } from '@openai/agents-core/testing'
import { PerSQLSession } from '@persql/openai-agents'
import { SessionStore, type SqlDriver } from '@persql/session-core'
import { expect, test } from 'vitest'

setTracingDisabled(true)

/** What these engines do otherwise than a SQLite of one's own. `open` makes another driver on the same database. */
export function engineCases(open: (readOnly?: boolean) => SqlDriver): void {
  const one = (sql: string) => [{ sql }]

  test('carries an agent, and remembers across drivers', async () => {
    const model = new ScriptedModel()
    const agent = new Agent({ name: 'Assistant', model })
    const answers: unknown[] = []
    for (const input of ['first', 'second', 'third']) {
      model.enqueue(modelResponder(({ request }) => [assistantMessage(`${request.input.length} items`)]))
      answers.push((await run(agent, input, { session: new PerSQLSession('s', open()) })).finalOutput)
    }
    expect(answers).toEqual(['1 items', '3 items', '5 items'])
    expect(await new PerSQLSession('s', open(), { window: { turns: 1 } }).getItems()).toHaveLength(2)
  })

  test('keeps what was read, and finds out what others have changed', async () => {
    const [driver, other] = [open(), open()]
    const store = new SessionStore<{ n: number }>(driver)
    await store.append('s', [{ n: 1 }, { n: 2 }])
    await store.read('s')
    await store.read('s')
    await store.append('s', [{ n: 3 }])
    expect(await store.read('s')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
    expect(store.cache!.stats.hits).toBe(1)
    await other.batch(one(`update agent_messages set message_data = '{"n":0}' where id = 1`))
    expect(await store.read('s')).toEqual([{ n: 0 }, { n: 2 }, { n: 3 }])
    await other.batch(one('delete from agent_messages where id = 2'))
    expect(await store.read('s')).toEqual([{ n: 0 }, { n: 3 }])
  })

  test('splits a list that does not fit into one value, and refuses an item that does not', async () => {
    const store = new SessionStore<{ text: string }>(open())
    const session = '漢'.repeat(1024)
    await expect(
      store.append(session, [{ text: 'x' }, { text: 'x'.repeat(2_000_000) }]),
    ).rejects.toMatchObject({ code: 'TOO_LARGE', itemIndex: 1 })
    expect(await store.read(session)).toEqual([])
    const items = [
      { text: 'x'.repeat(1_995_800) },
      { text: 'y'.repeat(900_000) },
      { text: 'é'.repeat(900_000) },
    ]
    await store.append(session, items)
    expect((await store.read(session)).map(({ text }) => text.length)).toEqual([1_995_800, 900_000, 900_000])
  })

  test('refuses before it writes what the engine does not take', async () => {
    const driver = open()
    await driver.batch(one('create table t (a)'))
    const unfit = [
      [{ sql: `insert into t values ('${'x'.repeat(100_000)}')` }, 'TOO_LARGE'],
      [{ sql: 'insert into t values (?)', params: ['é'.repeat(1_000_001)] }, 'TOO_LARGE'],
      [{ sql: 'insert into t values (?)', params: [new Uint8Array(2_000_001)] }, 'TOO_LARGE'],
      [
        { sql: `select ${'?,'.repeat(100)}?`, params: Array.from({ length: 101 }, () => 1) },
        'INVALID_STATEMENT',
      ],
      [{ sql: 'insert into t values (?)', params: [2n ** 53n + 1n] }, 'INVALID_STATEMENT'],
    ] as const
    for (const [statement, code] of unfit) {
      await expect(driver.batch([{ sql: 'insert into t values (1)' }, statement])).rejects.toMatchObject({
        code,
        statementIndex: 1,
      })
    }
    const [count] = await driver.batch(one('select count(*) from t'))
    expect(count?.rows).toEqual([[0]])
  })

  test('refuses an integer that has arrived rounded, and gives it as a text', async () => {
    const driver = open()
    for (const integer of ['9007199254740993', '-9223372036854775808']) {
      await expect(driver.batch(one(`select ${integer} as n`))).rejects.toMatchObject({
        code: 'SQL_ERROR',
        message: expect.stringContaining('"n"'),
      })
      const [result] = await driver.batch(one(`select cast(${integer} as text), 1e300, -9007199254740991`))
      expect(result?.rows).toEqual([[integer, 1e300, -9007199254740991]])
    }
    const [result] = await driver.batch([{ sql: 'select ? + 1', params: [2n ** 53n - 2n] }])
    expect(result?.rows).toEqual([[2 ** 53 - 1]])
  })

  test('knows a statement that writes, in whatever words it begins', async () => {
    const driver = open()
    await driver.batch([{ sql: 'create table t (a)' }, { sql: 'insert into t values (1)' }])
    const writes = [
      'with b as (select 2 as a) insert into t select a from b',
      'with select_ (a) as (select 1), "delete" as (select 2) /* select */ delete from t',
      'WITH b AS (VALUES (1)) update t set a = 2',
      'replace into t values (1)',
      'select * from pragma_optimize(0x10002)',
      'create view v as select 1',
      'reindex',
    ]
    for (const reader of [open(true), driver]) {
      for (const sql of writes) {
        await expect(reader.batch(one(sql), { readOnly: true }), sql).rejects.toMatchObject({
          code: 'READ_ONLY',
          statementIndex: 0,
        })
      }
      const reads = [
        "with b as (select replace('a', 'a', 'b') as a) select count(*) from b, t",
        'values (1)',
        'explain delete from t',
      ]
      for (const sql of reads) {
        expect((await reader.batch(one(sql), { readOnly: true }))[0]?.rows.length).toBeGreaterThan(0)
      }
    }
  })

  test('says that a statement is not allowed', async () => {
    const running = open().batch(one(`create virtual table d using fts4 (text)`))
    await expect(running).rejects.toMatchObject({ name: 'StorageError', code: 'INVALID_STATEMENT' })
  })
}
