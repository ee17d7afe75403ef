import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { followSteps, type HistoryStep, historySteps, SESSIONS } from '@persql/test-support/history-model'
import { recordingDriver } from '@persql/test-support/recording-driver'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type ItemCodec,
  jsonCodec,
  SessionCatalog,
  SessionStore,
  type SqlDriver,
  StorageError,
} from '../src/index.ts'
import type { Item } from './support/items.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'
import { readingDriver } from './support/reading-driver.ts'
import { reversedCodec } from './support/reversed-codec.ts'

const SEQUENCES = Number(process.env['PERSQL_TEST_CACHE'] ?? 60)

const user = (content: string): Item => ({ role: 'user', content })

let folder: string
let file: string
let drivers: SqlDriver[]

beforeEach(() => {
  folder = temporaryFolder()
  file = join(folder, 'agents.db')
  drivers = []
})

afterEach(startOver)

async function startOver(): Promise<void> {
  for (const driver of drivers.splice(0)) await driver.close()
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
  rmSync(saved(), { force: true })
}

function open(): SqlDriver {
  const driver = nodeSqliteDriver(file)
  drivers.push(driver)
  return driver
}

/** A driver that does not tell what was changed, as most. */
function openSilent(): SqlDriver {
  const { changes: _, ...driver } = open()
  return driver
}

/** Another program, which knows the tables and nothing else. */
function foreign(statement: string): void {
  const db = new DatabaseSync(file, { timeout: 10_000 })
  db.exec(statement)
  db.close()
}

const saved = () => join(folder, 'saved.db')

async function copy(from: string, to: string): Promise<void> {
  const db = new DatabaseSync(from)
  const exists = db.prepare('select count(*) as n from sqlite_schema').get()!['n'] !== 0
  if (exists) await backup(db, to)
  db.close()
}

/** What a stranger does to the rows, with two small numbers and a text. */
const FOREIGN: Readonly<Record<string, (x: number, y: number, text: string) => string>> = {
  add: (x, _, text) =>
    `insert into agent_messages (session_id, message_data) values ('${SESSIONS[x % 2]}', '${text}')`,
  addTwo: (x, _, text) =>
    `insert into agent_messages (session_id, message_data) values ('${SESSIONS[x % 2]}', '${text}'), ('${SESSIONS[x % 2]}', '${text}')`,
  insertAt: (x, y, text) =>
    `insert or ignore into agent_messages (id, session_id, message_data) values (${y}, '${SESSIONS[x % 2]}', '${text}')`,
  replaceAt: (x, y, text) =>
    `insert or replace into agent_messages (id, session_id, message_data) values (${y}, '${SESSIONS[x % 2]}', '${text}')`,
  deleteAt: (_, y) => `delete from agent_messages where id = ${y}`,
  deleteUpTo: (x, y) => `delete from agent_messages where id <= ${y} and session_id = '${SESSIONS[x % 2]}'`,
  deleteFrom: (x, y) => `delete from agent_messages where id >= ${y} and session_id = '${SESSIONS[x % 2]}'`,
  update: (_, y, text) => `update agent_messages set message_data = '${text}' where id = ${y}`,
  moveSession: (x, y) => `update agent_messages set session_id = '${SESSIONS[x % 2]}' where id = ${y}`,
  moveId: (x, y) => `update or replace agent_messages set id = ${y} where id = ${x}`,
  clear: (x) =>
    `delete from agent_messages where session_id = '${SESSIONS[x % 2]}'; delete from agent_sessions where session_id = '${SESSIONS[x % 2]}'`,
  cascade: (x) =>
    `pragma foreign_keys = on; delete from agent_sessions where session_id = '${SESSIONS[x % 2]}'`,
  empty: () => 'delete from agent_messages',
  dropTable: () => 'drop table agent_messages',
  dropAll: () => 'drop table agent_messages; drop table agent_sessions; drop table agent_sessions_marks',
  dropMarks: () => 'drop table agent_sessions_marks',
  dropTrigger: (x) =>
    `drop trigger if exists agent_sessions_marks_${['delete', 'update', 'move', 'insert'][x % 4]}`,
  rename: () =>
    'alter table agent_messages rename to elsewhere; alter table elsewhere rename to agent_messages',
  corrupt: (_, y) => `update agent_messages set message_data = '{' where id = ${y}`,
  prune: (_, y) => `create trigger if not exists prune after insert on agent_messages begin
    delete from agent_messages where session_id = new.session_id and id < new.id - ${y}; end`,
  dropPrune: () => 'drop trigger if exists prune',
  ignore: () => `create trigger if not exists ignored before insert on agent_messages
    when new.message_data like '%"y"%' begin select raise(ignore); end`,
  dropIgnore: () => 'drop trigger if exists ignored',
}

/** What a stranger does by one of the drivers of those that keep what they read. */
const SAME_DRIVER = Object.keys(FOREIGN).map((name) => `${name}, same driver`)

/** A semicolon stands between statements, and in the body of a trigger. */
function statementsOf(change: string): string[] {
  return change.startsWith('create trigger') ? [change] : change.split(';')
}

async function check(steps: readonly HistoryStep[]): Promise<void> {
  const [first, second, writer, plain] = [open(), openSilent(), open(), open()].map(
    (driver, index) =>
      new SessionStore<Item>(driver, { onCorruptRow: () => {}, ...(index === 3 && { cache: false }) }),
  ) as [SessionStore<Item>, SessionStore<Item>, SessionStore<Item>, SessionStore<Item>]
  const catalog = new SessionCatalog(drivers[2]!)
  await followSteps(steps, {
    readers: [first, second],
    writer,
    plain,
    fork: (from, to) => catalog.fork(from, to),
    async foreign(name, x, y, text) {
      const [what, by] = name.split(', ')
      const change = FOREIGN[what!]!(x, y, text)
      if (by === undefined) foreign(change)
      else await drivers[x % 2 ? 0 : 2]!.batch(statementsOf(change).map((sql) => ({ sql })))
    },
    save: () => copy(file, saved()),
    restore: () => copy(saved(), file),
  })
}

describe('a reader that keeps what it has read', () => {
  test('reads what a reader that keeps nothing reads, whatever anybody does', {
    timeout: 600_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(historySteps([...Object.keys(FOREIGN), ...SAME_DRIVER]), check).beforeEach(startOver),
      {
        numRuns: SEQUENCES,
      },
    )
  })

  test('asks for what is new in one batch, and for everything in one more where more has changed', async () => {
    const { driver, batches } = recordingDriver(openSilent())
    const store = new SessionStore<Item>(driver)
    const read = async () => {
      const before = batches.length
      await store.read('s')
      return batches.length - before
    }
    await store.append('s', [user('1'), user('2'), user('3'), user('4'), user('5')])
    // Kept from the second time on.
    expect([await read(), await read(), await read()]).toEqual([1, 1, 1])
    await store.append('s', [user('6')])
    expect(await read()).toBe(1)
    // The two that are compared, and the new one.
    expect((await driver.batch(batches.at(-1)!))[1]!.rows).toHaveLength(3)
    foreign('delete from agent_messages where id = 2')
    expect([await read(), await read()]).toEqual([2, 1])
    await store.pop('s')
    expect(await read()).toBe(1)
    const { sessions, hits, fullReads } = store.cache!.stats
    expect({ sessions, hits, fullReads }).toEqual({
      sessions: 1,
      hits: 3,
      fullReads: { unknown: 3, changed: 1 },
    })
  })

  test('asks for nothing while nobody else has changed the database, where the driver tells', async () => {
    const { driver, batches } = recordingDriver(open())
    const store = new SessionStore<Item>(driver)
    const cost = async (id: string, count: number) => {
      const before = batches.length
      expect(await store.read(id)).toHaveLength(count)
      return batches.length - before
    }
    for (const id of ['a', 'b']) await store.append(id, [user('1')])
    for (const id of ['a', 'a', 'b', 'b']) expect(await cost(id, 1)).toBe(1)
    for (let n = 2; n < 6; n++) {
      for (const id of ['a', 'b']) await store.append(id, [user(`${n}`)])
      expect([await cost('a', n), await cost('b', n)]).toEqual([0, 0])
    }
    foreign(`insert into agent_messages (session_id, message_data) values ('b', '{"role":"user"}')`)
    expect([await cost('a', 5), await cost('b', 6)]).toEqual([1, 1])
    expect([await cost('a', 5), await cost('b', 6)]).toEqual([0, 0])
    await driver.batch([{ sql: `update agent_sessions set updated_at = '2000-01-01'` }])
    expect([await cost('a', 5), await cost('b', 6)]).toEqual([1, 1])
    await store.pop('b')
    expect([await cost('b', 5), await cost('a', 5)]).toEqual([1, 1])
  })

  test('reads what was there when it was called or later, in whatever order answers come', {
    timeout: 600_000,
  }, async () => {
    const session = fc.constantFrom(...SESSIONS)
    const step = fc.oneof(
      fc.record({ do: fc.constant('append' as const), session, count: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ do: fc.constant('read' as const), session }),
      fc.record({ do: fc.constantFrom('foreign' as const, 'settle' as const), session }),
    )
    const property = fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { minLength: 8, maxLength: 40 }),
      async (scheduler, steps) => {
        const driver = open()
        const store = new SessionStore<Item>({
          ...driver,
          batch: (statements, options) => scheduler.schedule(driver.batch(statements, options)),
        })
        const stored: Record<string, Item[]> = { a: [], b: [] }
        const running: Promise<unknown>[] = []
        const settle = async () => {
          await scheduler.waitFor(Promise.all(running))
          running.length = 0
        }
        const add = (id: string, items: Item[]) => {
          stored[id]!.push(...items)
          running.push(store.append(id, items))
        }
        for (const id of SESSIONS) {
          add(id, [user('first')])
          await settle()
          for (let n = 0; n < 2; n++) {
            running.push(store.read(id))
            await settle()
          }
        }
        for (const [index, { session: id, ...step }] of steps.entries()) {
          if (step.do === 'settle') await settle()
          else if (step.do === 'append')
            add(
              id,
              Array.from({ length: step.count }, (_, n) => user(`${index}.${n}`)),
            )
          else if (step.do === 'read') {
            const before = stored[id]!.length
            const read = store.read(id).then((items) => {
              expect(items.length).toBeGreaterThanOrEqual(before)
              expect(items).toEqual(stored[id]!.slice(0, items.length))
            })
            running.push(read)
          } else {
            const item = user(`${index}, foreign`)
            stored[id]!.push(item)
            const sql = `insert into agent_messages (session_id, message_data) values ('${id}', ?)`
            await driver.batch([{ sql, params: [JSON.stringify(item)] }])
          }
        }
        await settle()
        for (const id of SESSIONS) {
          const last = store.read(id)
          running.push(last)
          await settle()
          expect(await last).toEqual(stored[id])
        }
      },
    )
    await fc.assert(property.beforeEach(startOver), { numRuns: Math.max(60, SEQUENCES / 30) })
  })

  test('is told of what was added through another codec, or tables of another name', async () => {
    const driver = open()
    const codecs = [jsonCodec<Item>(), { ...jsonCodec<Item>() }]
    const stores = [
      ...codecs.map((codec) => new SessionStore<Item>(driver, { codec })),
      new SessionStore<Item>(driver, { messagesTable: 'AGENT_MESSAGES' }),
    ]
    const expected: Item[] = []
    for (let n = 0; n < 4; n++) {
      for (const store of stores) {
        expected.push(user(`${n}`))
        await store.append('s', [user(`${n}`)])
        for (const reader of stores) expect(await reader.read('s')).toEqual(expected)
      }
    }
    for (let n = 0; n < 3; n++) await stores[0]!.read('s')
    await stores[1]!.append('s', [user('last')])
    expected.push(user('last'))
    expect(await stores[0]!.read('s')).toEqual(expected)
    const elsewhere = new SessionStore<Item>(driver, {
      sessionsTable: 'others',
      messagesTable: 'their_items',
    })
    await elsewhere.append('s', [user('another')])
    for (let n = 0; n < 3; n++) await stores[0]!.read('s')
    await elsewhere.append('s', [user('one more')])
    expect(await stores[0]!.read('s')).toEqual(expected)
    expect(await elsewhere.read('s')).toEqual([user('another'), user('one more')])
  })

  test('keeps sessions of the same id in several tables', async () => {
    const driver = open()
    const stores = ['a', 'b', 'c'].map(
      (name) => new SessionStore<Item>(driver, { sessionsTable: `${name}_sessions`, messagesTable: name }),
    )
    stores.push(new SessionStore<Item>(driver))
    for (const [n, store] of stores.entries()) await store.append('s', [user(`${n}`)])
    for (const store of [...stores, ...stores]) await store.read('s')
    const { hits } = stores[0]!.cache!.stats
    for (const [n, store] of stores.entries()) expect(await store.read('s')).toEqual([user(`${n}`)])
    expect(stores[0]!.cache!.stats).toMatchObject({ sessions: 4, hits: hits + 4 })
  })

  test('does not take for known what was read beside an append without an answer', async () => {
    const driver = open()
    let answer = Promise.resolve()
    const store = new SessionStore<Item>({
      ...driver,
      async batch(statements, options) {
        const results = await driver.batch(statements, options)
        if (!options?.readOnly) await answer
        return results
      },
    })
    await store.append('s', [user('1')])
    for (let n = 0; n < 2; n++) await store.read('s')
    let release = () => {}
    answer = new Promise((resolve) => (release = resolve))
    const appended = store.append('s', [user('2'), user('3')])
    expect(await store.read('s')).toHaveLength(3)
    release()
    await appended
    // Two batches of a row count as much as that one of two, and the row of the session.
    const sql = `insert into agent_messages (session_id, message_data) values ('s', '{"role":"user"}')`
    for (let n = 0; n < 2; n++) await driver.batch([{ sql }])
    expect(await store.read('s')).toHaveLength(5)
  })

  test('gives what the database has made of a text that is not well formed', async () => {
    const codec: ItemCodec<Item> = {
      format: 'opaque',
      encode: ({ content }) => String(content),
      decode: (text) => user(text),
    }
    const store = new SessionStore<Item>(open(), { codec })
    await store.append('s', [user('first')])
    for (let n = 0; n < 2; n++) await store.read('s')
    await store.append('s', [user('half of a pair: \ud83d')])
    expect(await store.read('s')).toEqual([user('first'), user('half of a pair: \ufffd')])
  })

  test('reads nothing from a driver that was closed', async () => {
    const driver = open()
    const store = new SessionStore<Item>(driver)
    await store.append('s', [user('1')])
    for (let n = 0; n < 3; n++) await store.read('s')
    await driver.close()
    await expect(store.read('s')).rejects.toMatchObject({ code: 'DRIVER_CLOSED' })
  })

  test('reads again what it has added itself once that is much, so that others are told from less', async () => {
    const { driver, batches } = recordingDriver(open())
    const store = new SessionStore<Item>(driver)
    await store.append('s', [user('0')])
    for (let n = 0; n < 2; n++) await store.read('s')
    const before = batches.length
    for (let n = 1; n <= 200; n++) {
      await store.append('s', [user(`${n}`)])
      expect(await store.read('s')).toHaveLength(n + 1)
    }
    expect(batches.length - before).toBe(200 + 3)
  })

  test.each([
    ['json', jsonCodec<Item>()],
    ['opaque', reversedCodec<Item>()],
  ])('gives copies, of a codec that is %s', async (_, codec) => {
    const store = new SessionStore<Item>(open(), { codec })
    const given = () => ({
      role: 'user',
      content: [{ image: new Uint8Array([1, 2]), ['__proto__']: { a: 1 } }, 'x'],
    })
    await store.append('s', [given(), given()])
    for (let n = 0; n < 4; n++) {
      const items = (await store.read('s')) as ReturnType<typeof given>[]
      expect(items).toEqual([given(), given()])
      const [part] = items[0]!.content as [{ image: Uint8Array }, string]
      part.image[0] = 9
      items[0]!.content.length = 0
      items.length = 0
    }
  })

  test('serves windows from what is known', async () => {
    const { driver, batches } = recordingDriver(openSilent())
    const store = new SessionStore<Item>(driver)
    const items = Array.from({ length: 30 }, (_, n) => (n % 3 ? { role: 'assistant', n } : user(`${n}`)))
    await store.append('s', items)
    for (let n = 0; n < 2; n++) await store.read('s')
    const before = batches.length
    expect(await store.read('s', { items: 7 })).toEqual(items.slice(-7))
    expect(await store.read('s', { turns: 2 })).toEqual(items.slice(-6))
    for (const batch of batches.slice(before)) expect((await driver.batch(batch))[1]!.rows).toHaveLength(2)
  })

  test('keeps no more than it may, of those that were read last', async () => {
    const driver = open()
    const store = new SessionStore<Item>(driver, { cache: { bytes: 3000 } })
    for (const id of ['a', 'b', 'c']) await store.append(id, [user('x'.repeat(400))])
    await store.append('large', [user('x'.repeat(2000))])
    for (const id of ['a', 'b', 'c', 'large', 'a', 'b', 'a', 'c', 'large']) await store.read(id)
    expect(store.cache!.stats).toMatchObject({ sessions: 2, hits: 1 })
    await store.read('a')
    expect(store.cache!.stats).toMatchObject({ hits: 2 })
    expect(store.cache!.stats.bytes).toBeLessThan(3000)
    // The driver has one, whoever opens a store on it.
    const other = new SessionStore<Item>(driver, { cache: { bytes: 0 } })
    expect(other.cache!.stats).toMatchObject({ sessions: 0, bytes: 0 })
    expect(() => new SessionStore(driver, { cache: { bytes: -1 } })).toThrow('cache.bytes must be')
  })

  test('does not keep what would be gone again before it is read again', async () => {
    const { driver, batches } = recordingDriver(openSilent())
    const store = new SessionStore<Item>(driver, { cache: { bytes: 5000 } })
    const ids = Array.from({ length: 8 }, (_, n) => `s${n}`)
    for (const id of ids) await store.append(id, [user('x'.repeat(400))])
    const before = batches.length
    for (let n = 0; n < 3; n++) for (const id of ids) await store.read(id)
    expect(store.cache!.stats).toMatchObject({ sessions: 0, hits: 0, fullReads: { unknown: 24, changed: 0 } })
    expect(batches.slice(before).every((batch) => batch.length === 1)).toBe(true)
    for (const id of ['s0', 's1', 's0', 's1', 's0']) await store.read(id)
    expect(store.cache!.stats).toMatchObject({ sessions: 2, hits: 1 })
  })

  test('keeps nothing where it was told so, and where it may not make the tables', async () => {
    const driver = open()
    await new SessionStore<Item>(driver).append('s', [user('x')])
    for (const options of [{ cache: false }, { createTables: false }] as const) {
      const { driver: recorded, batches } = recordingDriver(driver)
      const store = new SessionStore<Item>(recorded, options)
      expect([await store.read('s'), await store.read('s')]).toEqual([[user('x')], [user('x')]])
      expect(batches.map((batch) => batch.length)).toEqual(options.cache === false ? [10, 1] : [1, 1])
      expect(store.cache).toBeUndefined()
    }
  })

  test('reads beside tables of somebody who made no marks, where it may not make them', async () => {
    const driver = open()
    await new SessionStore<Item>(driver).append('s', [user('x')])
    foreign('drop table agent_sessions_marks; drop trigger agent_sessions_marks_insert')
    const { driver: recorded, batches } = recordingDriver(readingDriver(driver))
    const store = new SessionStore<Item>(recorded)
    for (let n = 0; n < 3; n++) expect(await store.read('s')).toEqual([user('x')])
    // The first time without them; then to use them, to make them, to use those, and from then on without.
    expect(batches.map((batch) => batch.length)).toEqual([10, 1, 2, 11, 2, 10, 1, 1])
  })

  test('keeps what it reads in tables that came without rows, as those of a branch', async () => {
    await new SessionStore<Item>(open()).append('s', [user('x')])
    foreign('delete from agent_sessions_marks')
    const store = new SessionStore<Item>(openSilent())
    for (let n = 0; n < 3; n++) expect(await store.read('s')).toEqual([user('x')])
    expect(store.cache!.stats).toMatchObject({ sessions: 1, hits: 1 })
  })

  test('reads everything where the schema is out of reach, as with a token for some tables', async () => {
    const driver = open()
    await new SessionStore<Item>(driver).append('s', [user('x')])
    const scoped = new SessionStore<Item>({
      ...driver,
      async batch(statements, options) {
        if (!statements.some(({ sql }) => /^create|sqlite_master/.test(sql)))
          return driver.batch(statements, options)
        throw new StorageError('READ_ONLY', 'This token may only reach some tables.')
      },
    })
    for (let n = 0; n < 2; n++) expect(await scoped.read('s')).toEqual([user('x')])
    expect(scoped.cache!.stats).toMatchObject({ sessions: 0, hits: 0 })
  })

  test('passes over corrupt rows each time, and says so', async () => {
    const reported: number[] = []
    const store = new SessionStore<Item>(open(), { onCorruptRow: ({ rowId }) => reported.push(rowId) })
    await store.append('s', [user('1'), user('2'), user('3')])
    await store.read('s')
    foreign(`insert into agent_messages (session_id, message_data) values ('s', '{')`)
    for (let n = 0; n < 2; n++) expect(await store.read('s')).toHaveLength(3)
    foreign(`update agent_messages set message_data = '{' where id = 2`)
    for (let n = 0; n < 2; n++) expect(await store.read('s')).toHaveLength(2)
    expect(reported).toEqual([4, 4, 2, 4, 2, 4])
  })

  test('looks again after an append of which nobody knows whether it was made', async () => {
    const driver = open()
    let lost = false
    const store = new SessionStore<Item>({
      ...driver,
      async batch(statements, options) {
        const results = await driver.batch(statements, options)
        if (lost) throw new StorageError('UNAVAILABLE', 'No answer.')
        return results
      },
    })
    await store.append('s', [user('1')])
    await store.read('s')
    lost = true
    await expect(store.append('s', [user('2')])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    lost = false
    expect(await store.read('s')).toEqual([user('1'), user('2')])
  })

  test('gives each of many reads at once the history of its moment', async () => {
    const store = new SessionStore<Item>(open())
    await store.append('s', [user('0')])
    await store.read('s')
    const reads = Array.from({ length: 20 }, (_, n) => {
      const read = store.read('s')
      void store.append('s', [user(`${n + 1}`)])
      return read
    })
    expect((await Promise.all(reads)).map((items) => items.length)).toEqual(reads.map((_, n) => n + 1))
  })
})
/** `a` has the rows 1 to 8 but 3, which `b` has, with 9. */
async function readByBoth(driver: SqlDriver): Promise<SessionStore<Item>> {
  const store = new SessionStore<Item>(driver)
  const plain = new SessionStore<Item>(driver, { cache: false })
  for (const [id, count] of [
    ['a', 2],
    ['b', 1],
    ['a', 5],
    ['b', 1],
  ] as const)
    await plain.append(
      id,
      Array.from({ length: count }, (_, n) => user(`${id}${n}`)),
    )
  for (let n = 0; n < 2; n++) await store.read('a')
  return store
}

/** What each part of the check is there for: without it, the change is not seen. */
const PARTS: Readonly<
  Record<string, { readonly change: string; readonly without: (sql: string) => string }>
> = {
  'rows deleted in the middle': {
    change: 'delete from agent_messages where id = 2',
    without: (sql) => sql.replace(/(create trigger.*marks_delete".* )when/s, '$1when 0 and'),
  },
  'a row changed': {
    change: `update agent_messages set message_data = '{"role":"user"}' where id = 2`,
    without: (sql) => sql.replace(/(create trigger.*marks_update".*\n *)begin/s, '$1when 0 begin'),
  },
  'a row that another one is moved onto': {
    change: 'update or replace agent_messages set id = 2 where id = 9',
    without: (sql) => sql.replace(/(create trigger.*marks_move".*)when/s, '$1when 0 and'),
  },
  'a row put between others': {
    change: `delete from agent_messages where id = 3;
      insert into agent_messages (id, session_id, message_data) values (3, 'a', '{"role":"user"}')`,
    without: (sql) => sql.replace(/(create trigger.*marks_insert".*)when/s, '$1when 0 and'),
  },
  'a row that another one replaces': {
    change: `insert or replace into agent_messages (id, session_id, message_data) values (2, 'b', '{"role":"user"}')`,
    without: (sql) => sql.replace(/(create trigger.*marks_insert".*)when/s, '$1when 0 and'),
  },
  'rows deleted at the beginning': {
    change: 'delete from agent_messages where id = 1',
    without: (sql) => sql.replace(') as "first"', ' * 0 + 1) as "first"'),
  },
  'rows deleted while a trigger was missing': {
    change: 'drop trigger agent_sessions_marks_delete; delete from agent_messages where id = 2',
    without: (sql) => sql.replace(/case when .* = 4 then/s, 'case when 1 then'),
  },
  'tables made again with the same newest rows': {
    change: 'create table kept as select * from agent_messages; drop table agent_messages',
    without: (sql) => sql.replace('where (select count(*)', 'where 0 and (select count(*)'),
  },
}

function changed(driver: SqlDriver, change: (sql: string) => string): SqlDriver {
  return {
    ...driver,
    batch: (statements, options) =>
      driver.batch(
        statements.map((each) => ({ ...each, sql: change(each.sql) })),
        options,
      ),
  }
}

describe('what has been read no longer stands after', () => {
  test.each(Object.entries(PARTS))('%s', async (name, { change, without }) => {
    for (const isWhole of [true, false]) {
      const isAgain = name.startsWith('tables made again')
      const driver = isWhole || isAgain ? open() : changed(open(), without)
      const store = await readByBoth(driver)
      foreign(change)
      if (isAgain) {
        await new SessionStore<Item>(changed(open(), isWhole ? (sql) => sql : without)).read('b')
        foreign(
          `update kept set message_data = '{"role":"user"}' where id = 2; insert into agent_messages select * from kept`,
        )
      }
      const seen = await store.read('a')
      const plain = await new SessionStore<Item>(open(), { cache: false }).read('a')
      if (isWhole) expect(seen).toEqual(plain)
      else expect(seen).not.toEqual(plain)
      await startOver()
    }
  })

  test('an older copy in its place that went on with the same newest items at another time', async () => {
    const withoutTimes = (sql: string) =>
      sql
        .replaceAll('select "created_at"', 'select 1')
        .replaceAll('"message_data", "created_at"', '"message_data", 1')
    for (const isWhole of [true, false]) {
      const driver = isWhole ? open() : changed(open(), withoutTimes)
      const store = new SessionStore<Item>(driver)
      await store.append('a', [user('first')])
      await copy(file, saved())
      await store.append('a', [user('lost'), user('yes'), user('go on')])
      for (let n = 0; n < 2; n++) await store.read('a')
      await copy(saved(), file)
      const others = [user('other'), user('yes'), user('go on')]
      for (const item of others)
        foreign(
          `insert into agent_messages (session_id, message_data, created_at) values ('a', '${JSON.stringify(item)}', '2000-01-01 00:00:00')`,
        )
      const seen = await store.read('a')
      if (isWhole) expect(seen).toEqual([user('first'), ...others])
      else expect(seen).not.toEqual([user('first'), ...others])
      await startOver()
    }
  })
})
