import { SessionCatalog, SessionStore, type SqlDriver, type SqlStatement } from '@persql/session-core'
import { followSteps, historySteps, SESSIONS } from '@persql/test-support/history-model'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { recordingDriver } from '@persql/test-support/recording-driver'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'

type Item = Record<string, unknown>

const user = (content: string): Item => ({ role: 'user', content })
const session = (x: number) => SESSIONS[x % 2]
const row = (n: number) => `(select id from agent_messages order by id limit 1 offset ${n - 1})`
/** So that there is room between rows. */
const GAPS = 'alter sequence if exists agent_messages_id_seq increment by 3'
const TRIGGERS = ['delete', 'update', 'replica'] as const

interface Part {
  /** What a stranger does before the history is read. */
  readonly before?: string
  readonly change: string
  /** The same statement without the part. */
  readonly without: (sql: string) => string
  /** Whether it needs a search path of its own. */
  readonly needsServer?: boolean
}

/** What each part of the check is there for: without it, the change is not seen. `a` has the rows 1 to 8 but 3, `b` has 3. */
const PARTS: Readonly<Record<string, Part>> = {
  'rows deleted in the middle, and others in their place': {
    change: `delete from agent_messages where id = 2;
      insert into agent_messages (id, session_id, message_data) values (2, 'a', '{"role":"user"}')`,
    without: (sql) =>
      sql.replace(
        "when 'DELETE' then changed := array(",
        "when 'DELETE' then return null; changed := array(",
      ),
  },
  'a row changed': {
    change: `update agent_messages set message_data = '{"role":"user"}' where id = 2`,
    without: (sql) =>
      sql.replace(
        "when 'UPDATE' then changed := array(",
        "when 'UPDATE' then return null; changed := array(",
      ),
  },
  'rows exchanged with another session': {
    before: `insert into agent_messages (session_id, message_data) values ('b', '{"role":"user"}')`,
    change: `with moved as (update agent_messages set id = id + 100 where id = 2 returning 1) select from moved;
      update agent_messages set id = 2, session_id = 'a' where id = 3; update agent_messages set session_id = 'b' where id = 102`,
    without: (sql) =>
      sql.replace(
        'select session_id from gone union all select session_id from come',
        "select 'b' as session_id",
      ),
  },
  'a row from another session': {
    change: `insert into agent_messages (id, session_id, message_data) overriding system value
        select 100, session_id, message_data from agent_messages where id = 2;
      update agent_messages set session_id = case id when 3 then 'a' when 2 then 'b' else session_id end where id in (2, 3)`,
    without: (sql) =>
      sql.replace(
        'select session_id from gone union all select session_id from come',
        "select 'b' as session_id",
      ),
  },
  'a row put between others': {
    change: `insert into agent_messages (id, session_id, message_data) values (0, 'a', '{"role":"user"}')`,
    without: (sql) => sql.replace(/\)\) as "count"/, ')) * 0 + 7 as "count"'),
  },
  'a change that logical replication applies': {
    change: `set local session_replication_role = replica; update agent_messages set message_data = '{"role":"user"}' where id = 2`,
    without: (sql) => sql.replace("if tg_level = 'ROW' then", "if tg_level = 'ROW' then return null;"),
  },
  'a table emptied and filled again': {
    change: `create table kept as select * from agent_messages; truncate agent_messages;
      insert into agent_messages select id, session_id, case id when 2 then '{"role":"user"}' else message_data end, created_at from kept`,
    without: (sql) => sql.replace('items.xmin, notes.xmin', 'notes.xmin'),
  },
  'a table of marks made again': {
    before: `insert into agent_sessions_marks values ('a', gen_random_uuid()) on conflict do nothing; truncate agent_sessions_marks`,
    change: `update agent_messages set message_data = '{"role":"user"}' where id = 2; truncate agent_sessions_marks`,
    without: (sql) => sql.replace('notes.xmin, triggers', 'triggers'),
  },
  'a row changed while a trigger was off': {
    change: `alter table agent_messages disable trigger agent_sessions_marks_update;
      update agent_messages set message_data = '{"role":"user"}' where id = 2;
      alter table agent_messages enable trigger agent_sessions_marks_update`,
    without: (sql) => sql.replace('string_agg(t.xmin::text', "string_agg(''"),
  },
  'a row changed where a trigger is missing': {
    before: 'drop trigger agent_sessions_marks_update on agent_messages',
    change: `update agent_messages set message_data = '{"role":"user"}' where id = 2`,
    without: (sql) => sql.replace('and triggers.number = 3', ''),
  },
  'a row changed where a trigger is off': {
    before: 'alter table agent_messages disable trigger agent_sessions_marks_update',
    change: `update agent_messages set message_data = '{"role":"user"}' where id = 2`,
    without: (sql) => sql.replaceAll(/, 'O'\)/g, ", 'O'), ('agent_sessions_marks_update', 'D')"),
  },
  'a row changed in a table that inherits': {
    before: `create table heir () inherits (agent_messages);
      with moved as (delete from agent_messages where id = 2 returning *) insert into heir select * from moved`,
    change: `update heir set message_data = '{"role":"user"}'`,
    without: (sql) =>
      sql.replace(
        /^(select.*)and not exists \(select from pg_inherits/s,
        '$1and exists (select from pg_inherits',
      ),
  },
  'a row changed where the marks are in another schema': {
    before: 'create schema away; alter table agent_sessions_marks set schema away',
    change: `update agent_messages set message_data = '{"role":"user"}' where id = 2`,
    without: (sql) => sql.replace('and notes.relnamespace = items.relnamespace', ''),
    needsServer: true,
  },
}

/** What a stranger does to the rows, with two small numbers and a text. */
const FOREIGN: Readonly<Record<string, (x: number, y: number, text: string) => string>> = {
  add: (x, _, text) =>
    `insert into agent_messages (session_id, message_data) values ('${session(x)}', '${text}')`,
  addTwo: (x, _, text) =>
    `insert into agent_messages (session_id, message_data) values ('${session(x)}', '${text}'), ('${session(x)}', '${text}')`,
  insertAt: (x, y, text) =>
    `${GAPS}; insert into agent_messages (id, session_id, message_data) values (${row(y)} + 1, '${session(x)}', '${text}')`,
  replaceAt: (x, y, text) =>
    `insert into agent_messages (id, session_id, message_data) values (${row(y)}, '${session(x)}', '${text}')
      on conflict (id) do update set session_id = excluded.session_id, message_data = excluded.message_data`,
  deleteAt: (_, y) => `delete from agent_messages where id = ${row(y)}`,
  deleteUpTo: (x, y) => `delete from agent_messages where id <= ${row(y)} and session_id = '${session(x)}'`,
  deleteFrom: (x, y) => `delete from agent_messages where id >= ${row(y)} and session_id = '${session(x)}'`,
  update: (_, y, text) => `update agent_messages set message_data = '${text}' where id = ${row(y)}`,
  moveSession: (x, y) => `update agent_messages set session_id = '${session(x)}' where id = ${row(y)}`,
  moveId: (_, y) => `${GAPS}; update agent_messages set id = id + 1 where id = ${row(y)}`,
  clear: (x) =>
    `delete from agent_messages where session_id = '${session(x)}'; delete from agent_sessions where session_id = '${session(x)}'`,
  cascade: (x) => `delete from agent_sessions where session_id = '${session(x)}'`,
  rolledBack: (_, y) =>
    `begin; savepoint s; delete from agent_messages where id = ${row(y)}; rollback to s; commit`,
  merge: (
    x,
    y,
    text,
  ) => `merge into agent_messages as m using (select ${row(y)} as id) as given on m.id = given.id
      when matched and '${session(x)}' = m.session_id then delete when matched then update set message_data = '${text}'`,
  empty: () => 'delete from agent_messages',
  truncate: () => 'truncate agent_messages',
  truncateAll: () => 'truncate agent_sessions cascade',
  truncateMarks: (_, y) => `delete from agent_messages where id = ${row(y)}; truncate agent_sessions_marks`,
  dropTable: () => 'drop table agent_messages',
  dropAll: () => 'drop table agent_messages, agent_sessions, agent_sessions_marks',
  dropMarks: (_, y) => `drop table agent_sessions_marks; delete from agent_messages where id = ${row(y)}`,
  dropTrigger: (x, y) =>
    `drop trigger agent_sessions_marks_${TRIGGERS[x % 3]} on agent_messages; delete from agent_messages where id = ${row(y)}`,
  withoutTriggers: (_, y) =>
    `alter table agent_messages disable trigger user; delete from agent_messages where id = ${row(y)}; alter table agent_messages enable trigger user`,
  withoutTrigger: (_, y) =>
    `alter table agent_messages disable trigger agent_sessions_marks_delete; delete from agent_messages where id = ${row(y)};
      alter table agent_messages enable trigger agent_sessions_marks_delete`,
  asReplica: (x, y) =>
    `set local session_replication_role = replica; ${x % 3 ? `delete from agent_messages where id = ${row(y)}` : `update agent_messages set session_id = '${session(x)}' where id = ${row(y)}`}`,
  rename: () =>
    'alter table agent_messages rename to elsewhere; alter table elsewhere rename to agent_messages',
  moveAway: (_, y) =>
    `create schema if not exists away; alter table agent_messages set schema away; delete from away.agent_messages where id = (select id from away.agent_messages order by id limit 1 offset ${y}); alter table away.agent_messages set schema public`,
  corrupt: (_, y) => `update agent_messages set message_data = '{' where id = ${row(y)}`,
}

for (const databases of everyDatabase()) {
  describe(`a reader that keeps what it has read, on ${databases.name}`, () => {
    const isServer = databases.name !== 'PGlite'
    let url: string
    let drivers: SqlDriver[]
    let late: pg.Client | undefined

    beforeEach(async ({ task }) => {
      url = await databases.urlOf(task.name)
      drivers = []
    })
    afterEach(close)
    afterAll(() => databases.close())

    async function close() {
      await commitLate()
      for (const driver of drivers.splice(0)) await driver.close()
    }

    function open(): SqlDriver {
      const path = isServer && { options: '-c search_path=public,away' }
      const driver = postgresDriver({ url, connection: { max: 1, ...path } })
      drivers.push(driver)
      return driver
    }

    async function connected(to = url): Promise<pg.Client> {
      const client = new pg.Client({ connectionString: to })
      client.on('error', () => {})
      await client.connect()
      return client
    }

    /** Another program, which knows the tables and nothing else. */
    async function foreign(statements: string): Promise<void> {
      const client = await connected()
      await client.query(statements).finally(() => client.end())
    }

    async function startOver(): Promise<void> {
      await close()
      await foreign('drop schema if exists away cascade; drop schema public cascade; create schema public')
    }

    /** A stranger's row that has its id, and is seen by nobody until `commitLate`. */
    async function insertLate(id: string, text: string): Promise<void> {
      await commitLate()
      late = await connected()
      await late.query('begin')
      await late.query('insert into agent_messages (session_id, message_data) values ($1, $2)', [id, text])
    }

    async function commitLate(): Promise<void> {
      const client = late
      late = undefined
      await client?.query('commit').finally(() => client.end())
    }

    async function asAdministrator(...statements: string[]): Promise<void> {
      const client = await connected(Object.assign(new URL(url), { pathname: '/postgres' }).href)
      try {
        for (const statement of statements) await client.query(statement)
      } finally {
        await client.end()
      }
    }

    /** Puts a copy of one database in the place of another one, or of none. */
    async function copy(from: string, to: string): Promise<void> {
      await asAdministrator(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${from}'`,
        `drop database if exists ${to} with (force)`,
        `create database ${to} template ${from}`,
      )
      // A connection that is gone is noticed when it is used.
      for (const driver of drivers) await driver.batch([{ sql: 'select 1' }]).catch(() => undefined)
    }

    async function check(steps: Parameters<typeof followSteps>[0]): Promise<void> {
      const [first, second, writer, plain] = [open(), open(), open(), open()].map(
        (driver, index) =>
          new SessionStore<Item>(driver, { onCorruptRow: () => {}, ...(index === 3 && { cache: false }) }),
      ) as [SessionStore<Item>, SessionStore<Item>, SessionStore<Item>, SessionStore<Item>]
      const catalog = new SessionCatalog(drivers[2]!)
      const name = new URL(url).pathname.slice(1)
      let isSaved = false
      await followSteps(steps, {
        readers: [first, second],
        writer,
        plain,
        fork: (from, to) => catalog.fork(from, to),
        async before(step) {
          // What locks would wait for: everything but reads and rows that are added.
          if (step.do !== 'read' && !(step.do === 'foreign' && /^add|^insertLate/.test(step.name)))
            await commitLate()
        },
        async foreign(kind, x, y, text) {
          if (kind === 'insertLate') await insertLate(session(x)!, text)
          else await foreign(FOREIGN[kind]!(x, y, text))
        },
        ...(isServer && {
          async save() {
            await copy(name, `${name}_saved`)
            isSaved = true
          },
          async restore() {
            if (isSaved) await copy(`${name}_saved`, name)
          },
        }),
      })
    }

    test('reads what a reader that keeps nothing reads, whatever anybody does', {
      timeout: 600_000,
    }, async () => {
      const kinds = [...Object.keys(FOREIGN), ...(isServer ? ['insertLate', 'insertLate', 'insertLate'] : [])]
      await fc.assert(fc.asyncProperty(historySteps(kinds), check).beforeEach(startOver), {
        numRuns: Number(process.env['PERSQL_TEST_CACHE'] ?? 400) / 20,
      })
      if (isServer) await asAdministrator(`drop database if exists ${new URL(url).pathname.slice(1)}_saved`)
    })

    /** `a` has the rows 1 to 8 but 3, which `b` has. */
    async function readByBoth(driver: SqlDriver, before: string): Promise<SessionStore<Item>> {
      const plain = new SessionStore<Item>(driver, { cache: false })
      for (const [id, count] of [
        ['a', 2],
        ['b', 1],
        ['a', 5],
      ] as const) {
        await plain.append(
          id,
          Array.from({ length: count }, (_, n) => user(`${id}${n}`)),
        )
      }
      await foreign(before)
      const store = new SessionStore<Item>(driver)
      for (let n = 0; n < 3; n++) await store.read('a')
      return store
    }

    test('asks for what is new in one batch, and for everything in one more where more has changed', async () => {
      const { driver, batches } = recordingDriver(open())
      const store = await readByBoth(driver, 'select 1')
      const cost = async () => {
        const before = batches.length
        const read = await store.read('a')
        expect(read).toEqual(await new SessionStore<Item>(drivers[0]!, { cache: false }).read('a'))
        return batches.length - before
      }
      expect(await cost()).toBe(1)
      await foreign(FOREIGN['addTwo']!(0, 0, '{"role":"user"}'))
      await foreign(FOREIGN['deleteAt']!(0, 3, ''))
      expect([await cost(), await cost()]).toEqual([1, 1])
      await foreign(FOREIGN['deleteAt']!(0, 2, ''))
      expect([await cost(), await cost()]).toEqual([2, 1])
      await foreign('vacuum analyze agent_messages')
      expect(await cost()).toBe(1)
      const { hits, fullReads } = store.cache!.stats
      expect({ hits, fullReads }).toEqual({ hits: 6, fullReads: { unknown: 2, changed: 1 } })
    })

    test.runIf(isServer)('notices a row that is committed after rows with larger ids', async () => {
      const driver = open()
      const store = await readByBoth(driver, 'select 1')
      await insertLate('a', '{"role":"user"}')
      for (let n = 0; n < 3; n++) await foreign(FOREIGN['addTwo']!(0, 0, '{"role":"assistant"}'))
      const before = await store.read('a')
      expect(before).toHaveLength(13)
      await commitLate()
      const after = await store.read('a')
      expect(after).toHaveLength(14)
      expect(after[7]).toEqual({ role: 'user' })
    })

    const parts = Object.entries(PARTS).filter(([, { needsServer }]) => isServer || !needsServer)
    test.each(parts)(
      'no longer gives what stood before %s',
      async (_, { before = 'select 1', change, without }) => {
        for (const isWhole of [true, false]) {
          const driver = isWhole ? open() : changed(open(), without)
          const store = await readByBoth(driver, before)
          await foreign(change)
          const seen = await store.read('a')
          const plain = await new SessionStore<Item>(open(), { cache: false }).read('a')
          if (isWhole) expect(seen).toEqual(plain)
          else expect(seen).not.toEqual(plain)
          await startOver()
        }
      },
    )
  })
}

function changed(driver: SqlDriver, change: (sql: string) => string): SqlDriver {
  const changedAll = (statements: readonly SqlStatement[]) =>
    statements.map((each) => ({ ...each, sql: change(each.sql) }))
  return {
    ...driver,
    batch: (statements, options) =>
      driver.batch(changedAll(statements), {
        ...options,
        ...(options?.setup && { setup: changedAll(options.setup) }),
      }),
  }
}
