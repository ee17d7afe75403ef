import { recordingDriver } from '@persql/test-support/recording-driver'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  SessionStore,
  type SqlDriver,
  type SqlStatement,
  StorageError,
  sessionTablesSql,
} from '../src/index.ts'
import { type Item, numbered } from './support/items.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'

let driver: SqlDriver
let batches: (readonly SqlStatement[])[]

beforeEach(() => {
  ;({ driver, batches } = recordingDriver(nodeSqliteDriver(':memory:')))
})

afterEach(() => driver.close())

describe('the tables', () => {
  test('are made in the first batch, by whichever operation, and never again', async () => {
    const store = new SessionStore<Item>(driver)
    expect(await store.read('s')).toEqual([])
    await store.append('s', numbered(1))
    await new SessionStore<Item>(driver).append('t', numbered(1))
    const creating = batches.map((batch) => batch.filter(({ sql }) => sql.startsWith('create')).length)
    expect(creating).toEqual([8, 0, 0])
    const [result] = await driver.batch([
      { sql: `select name from sqlite_schema where type = 'table' and name like 'agent%'` },
    ])
    expect(result!.rows.flat()).toEqual(['agent_sessions', 'agent_messages', 'agent_sessions_marks'])
  })

  test('have the layout of the Python SDK, and others beside them for marks and operation ids', async () => {
    await new SessionStore<Item>(driver).append('s', numbered(1), { operationId: 'first' })
    const [columns, others] = await driver.batch([
      {
        sql: `select t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk
          from sqlite_schema t, pragma_table_info(t.name) c where t.type = 'table' and t.name like 'agent%'
          order by t.rowid, c.cid`,
      },
      {
        sql: `select type, name, tbl_name from sqlite_schema
          where type <> 'table' and name not like 'sqlite%' order by rowid`,
      },
    ])
    const now = 'CURRENT_TIMESTAMP'
    expect(columns!.rows).toEqual([
      ['agent_sessions', 'session_id', 'TEXT', 0, null, 1],
      ['agent_sessions', 'created_at', 'TIMESTAMP', 0, now, 0],
      ['agent_sessions', 'updated_at', 'TIMESTAMP', 0, now, 0],
      ['agent_messages', 'id', 'INTEGER', 0, null, 1],
      ['agent_messages', 'session_id', 'TEXT', 1, null, 0],
      ['agent_messages', 'message_data', 'TEXT', 1, null, 0],
      ['agent_messages', 'created_at', 'TIMESTAMP', 0, now, 0],
      ['agent_sessions_marks', 'session_id', 'TEXT', 1, null, 1],
      ['agent_sessions_marks', 'mark', 'TEXT', 1, null, 0],
      ['agent_sessions_operations', 'session_id', 'TEXT', 1, null, 1],
      ['agent_sessions_operations', 'operation_id', 'TEXT', 1, null, 2],
      ['agent_sessions_operations', 'digest', 'TEXT', 1, null, 0],
      ['agent_sessions_operations', 'created_at', 'TIMESTAMP', 0, now, 0],
    ])
    expect(others!.rows).toEqual([
      ['index', 'idx_agent_messages_session_id', 'agent_messages'],
      ...['delete', 'update', 'move', 'insert'].map((name) => [
        'trigger',
        `agent_sessions_marks_${name}`,
        'agent_messages',
      ]),
      ['trigger', 'agent_sessions_operations_forget', 'agent_sessions'],
    ])
  })

  test('are tried only once where the right to make them is missing', async () => {
    await new SessionStore<Item>(driver).append('s', numbered(1))
    let refused = 0
    const mayNotMake: SqlDriver = {
      ...driver,
      async batch(statements, options) {
        if (!statements.some(({ sql }) => sql.startsWith('create'))) return driver.batch(statements, options)
        refused += 1
        throw new StorageError('READ_ONLY', 'This token may not make tables.')
      },
    }
    const store = new SessionStore<Item>(mayNotMake)
    await store.append('s', numbered(1))
    await store.append('s', numbered(1))
    expect(await store.read('s')).toHaveLength(3)
    expect(refused).toBe(1)
  })

  test('are made again where somebody dropped them', async () => {
    const store = new SessionStore<Item>(driver)
    await store.append('s', numbered(1))
    await store.append('s', numbered(1), { operationId: 'op' })
    const tables = ['agent_sessions_operations', 'agent_messages', 'agent_sessions']
    await driver.batch(tables.map((table) => ({ sql: `drop table ${table}` })))
    await store.append('s', numbered(2), { operationId: 'op' })
    expect(await store.read('s')).toEqual(numbered(2))
  })

  test('are left to others with createTables false, whose absence is an error that says so', async () => {
    const store = new SessionStore<Item>(driver, { createTables: false })
    for (const attempt of [store.read('s'), store.append('s', numbered(1)), store.pop('s')]) {
      await expect(attempt).rejects.toMatchObject({
        code: 'NO_SUCH_TABLE',
        message: expect.stringContaining('agent_messages'),
      })
    }
    await new SessionStore<Item>(driver).append('s', numbered(1))
    expect(await store.read('s')).toEqual(numbered(1))
  })

  test('can be made by a migration, with the statements of sessionTablesSql', async () => {
    const names = { sessionsTable: 'threads', messagesTable: 'thread_items' }
    const migration = sessionTablesSql('sqlite', names).map((sql) => ({ sql }))
    await driver.batch(migration)
    await driver.batch(migration)
    const store = new SessionStore<Item>(driver, { ...names, createTables: false })
    await store.append('s', numbered(1), { operationId: 'op' })
    await store.append('s', numbered(1), { operationId: 'op' })
    await store.replaceSuffix('s', numbered(1), [{ n: 'one' }], { operationId: 'swap' })
    expect(await store.read('s')).toEqual([{ n: 'one' }])
  })

  test('can have other names, apart from the default ones', async () => {
    const store = new SessionStore<Item>(driver, { sessionsTable: 'Threads', messagesTable: 'order' })
    await store.append('s', numbered(2), { operationId: 'op' })
    await store.append('s', numbered(2), { operationId: 'op' })
    expect(await store.read('s')).toEqual(numbered(2))
    expect(await new SessionStore<Item>(driver).read('s')).toEqual([])
    const [result] = await driver.batch([{ sql: 'select count(*) from "order"' }])
    expect(result!.rows).toEqual([[2]])
  })

  test('of each pair of names are made in the first batch that uses them', async () => {
    await new SessionStore<Item>(driver).append('s', numbered(1))
    const others = [{ sessionsTable: 'threads' }, { messagesTable: 'thread_items' }]
    for (const names of others) await new SessionStore<Item>(driver, names).append('s', numbered(1))
    expect(batches.map((batch) => batch.length)).toEqual([11, 11, 11])
  })

  test('of operation ids are made when the first one is used, and never again', async () => {
    const store = new SessionStore<Item>(driver)
    await store.append('s', numbered(1), { operationId: 'first' })
    await store.append('s', numbered(1))
    await store.append('s', numbered(1), { operationId: 'second' })
    expect(batches.map((batch) => batch.length)).toEqual([14, 2, 3])
  })

  test('are named where they are missing, with the one of operation ids where it is needed', async () => {
    const store = new SessionStore<Item>(driver, { createTables: false })
    await expect(store.append('s', numbered(1))).rejects.toThrow(
      'Table "agent_sessions" or "agent_messages" does not exist.',
    )
    await expect(store.append('s', numbered(1), { operationId: 'first' })).rejects.toThrow(
      'Table "agent_sessions", "agent_messages" or "agent_sessions_operations" does not exist.',
    )
  })

  describe('where the right to make them is missing', () => {
    const mayNotMake = (): SqlDriver => ({
      ...driver,
      async batch(statements, options) {
        if (!statements.some(({ sql }) => sql.startsWith('create'))) return driver.batch(statements, options)
        throw new StorageError('READ_ONLY', 'This token may not make tables.')
      },
    })

    test('mean no sessions while there are none, and say so where something is to be written', async () => {
      const corrupt: unknown[] = []
      const store = new SessionStore<Item>(mayNotMake(), { onCorruptRow: (row) => corrupt.push(row) })
      expect(await store.read('s')).toEqual([])
      expect(batches).toHaveLength(1)
      expect((await store.readPage('s', { limit: 1 })).items).toEqual([])
      expect(corrupt).toEqual([])
      const refused = await store.append('s', numbered(1)).catch((error: unknown) => error)
      expect(refused).toMatchObject({
        code: 'NO_SUCH_TABLE',
        message:
          'Table "agent_sessions" or "agent_messages" does not exist. Run the statements of ' +
          '`sessionTablesSql()`, or leave `createTables` on and connect with the right to make tables.',
        cause: { code: 'NO_SUCH_TABLE' },
      })
    })

    test('do not make another failure look like no sessions', async () => {
      const store = new SessionStore<Item>({
        ...driver,
        async batch(statements) {
          const isMaking = statements.some(({ sql }) => sql.startsWith('create'))
          throw new StorageError(isMaking ? 'READ_ONLY' : 'BUSY', 'Refused.')
        },
      })
      await expect(store.read('s')).rejects.toMatchObject({ code: 'BUSY' })
    })

    test('are found once somebody has made them', async () => {
      const store = new SessionStore<Item>(mayNotMake())
      expect(await store.read('s')).toEqual([])
      await new SessionStore<Item>(driver).append('s', numbered(1))
      expect(await store.read('s')).toEqual(numbered(1))
    })

    test('are not asked for again where they are known, and nothing else may be written either', async () => {
      let mayWrite = true
      let attempts = 0
      const store = new SessionStore<Item>({
        ...driver,
        async batch(statements, options) {
          attempts += 1
          if (mayWrite) return driver.batch(statements, options)
          throw new StorageError('READ_ONLY', 'This token may only read.')
        },
      })
      await store.append('s', numbered(1))
      mayWrite = false
      await expect(store.append('s', numbered(1))).rejects.toMatchObject({ code: 'READ_ONLY' })
      expect(attempts).toBe(2)
    })
  })

  test('are not tried again where a rule of somebody else refuses the first batch', async () => {
    await new SessionStore<Item>(driver).append('s', numbered(1))
    await driver.batch([
      {
        sql: `create trigger refuse before insert on agent_messages
          begin select raise(abort, 'NOT NULL constraint failed: made up'); end`,
      },
    ])
    batches.length = 0
    const fresh = new SessionStore<Item>({ ...driver })
    await expect(fresh.append('s', numbered(1))).rejects.toMatchObject({ code: 'CONSTRAINT' })
    expect(batches).toHaveLength(1)
  })

  test('are not made again and again where another table is missing', async () => {
    const store = new SessionStore<Item>(driver)
    await store.append('s', numbered(1))
    await driver.batch([
      {
        sql: 'create trigger audit after insert on agent_messages begin insert into nowhere values (1); end',
      },
    ])
    batches.length = 0
    await expect(store.append('s', numbered(1))).rejects.toMatchObject({ code: 'NO_SUCH_TABLE' })
    expect(batches).toHaveLength(2)
  })
})
