import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { type DatabaseHandle, SessionStore, type SessionTables, type SqlDriver } from '@persql/session-core'
import { CamelCasePlugin, type Generated, Kysely, type Selectable, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { PerSQLDialect } from '../src/index.ts'
import { type RecordingDriver, recordingDriver } from './support/recording-driver.ts'

interface Tables {
  note: { id: Generated<number>; text: string; body: Uint8Array | null }
}

let driver: RecordingDriver
let db: Kysely<Tables>

beforeEach(async () => {
  driver = recordingDriver()
  db = new Kysely<Tables>({ dialect: new PerSQLDialect({ driver }) })
  await db.schema
    .createTable('note')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('text', 'text', (column) => column.notNull().unique())
    .addColumn('body', 'blob')
    .execute()
  driver.batches.length = 0
  return () => driver.close()
})

describe('sessions', () => {
  test('tells which sessions were most active, in three typed lines', async () => {
    const store = new SessionStore(driver)
    await store.append('quiet', [{ n: 1 }])
    await store.append('busy', [{ n: 1 }, { n: 2 }, { n: 3 }])
    const sessions = new Kysely<SessionTables>({ dialect: new PerSQLDialect({ driver }) })

    const query = sessions.selectFrom('agent_messages').groupBy('session_id')
    const counted = query.select(({ fn }) => ['session_id', fn.countAll<number>().as('items')])
    const mostActive = await counted.orderBy('items', 'desc').limit(10).execute()

    expect(mostActive).toEqual([
      { session_id: 'busy', items: 3 },
      { session_id: 'quiet', items: 1 },
    ])
    expectTypeOf(mostActive).toEqualTypeOf<{ session_id: string; items: number }[]>()
  })

  test('types the rows of the session tables', async () => {
    await new SessionStore(driver).append('s', [{ n: 1 }])
    const sessions = new Kysely<SessionTables>({ dialect: new PerSQLDialect({ driver }) })
    const row = await sessions.selectFrom('agent_messages').selectAll().executeTakeFirstOrThrow()
    expect(row).toEqual({
      id: 1,
      session_id: 's',
      message_data: '{"n":1}',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    })
    expectTypeOf(row).toEqualTypeOf<Selectable<SessionTables['agent_messages']>>()
    expectTypeOf(row.id).toBeNumber()
    // @ts-expect-error there is no such table
    void sessions.selectFrom('agent_message')
  })
})

describe('statements', () => {
  test('are one batch each, and selects are marked as read-only', async () => {
    await db.insertInto('note').values({ text: 'a' }).execute()
    await db.selectFrom('note').select('text').execute()
    await sql`select 1`.execute(db)
    expect(driver.batches).toEqual([
      {
        statements: [{ sql: 'insert into "note" ("text") values (?)', params: ['a'] }],
        options: { readOnly: false },
      },
      { statements: [{ sql: 'select "text" from "note"', params: [] }], options: { readOnly: true } },
      { statements: [{ sql: 'select 1', params: [] }], options: { readOnly: false } },
    ])
  })

  test('tell the insert id and how many rows they changed', async () => {
    const inserted = await db
      .insertInto('note')
      .values([{ text: 'a' }, { text: 'b' }])
      .executeTakeFirstOrThrow()
    expect(inserted).toMatchObject({ insertId: 2n, numInsertedOrUpdatedRows: 2n })
    const updated = await db
      .updateTable('note')
      .set({ body: new Uint8Array([7]) })
      .executeTakeFirstOrThrow()
    expect(updated.numUpdatedRows).toBe(2n)
    const deleted = await db.deleteFrom('note').where('id', '=', 1).executeTakeFirstOrThrow()
    expect(deleted.numDeletedRows).toBe(1n)
  })

  test('give back returned rows, bytes and null', async () => {
    const body = new Uint8Array([0, 255])
    const rows = await db
      .insertInto('note')
      .values([
        { text: 'a', body },
        { text: 'b', body: null },
      ])
      .returningAll()
      .execute()
    expect(rows).toEqual([
      { id: 1, text: 'a', body },
      { id: 2, text: 'b', body: null },
    ])
  })

  test('keep the last of columns that have the same name', async () => {
    const { rows } = await sql`select 1 as a, 2 as b, 3 as a`.execute(db)
    expect(rows).toEqual([{ a: 3, b: 2 }])
  })

  test('keep a column named __proto__', async () => {
    const { rows } = await sql`select 1 as "__proto__"`.execute(db)
    expect(Object.entries(rows[0] as object)).toEqual([['__proto__', 1]])
  })

  test('stream all rows of a select', async () => {
    await db
      .insertInto('note')
      .values([{ text: 'a' }, { text: 'b' }, { text: 'c' }])
      .execute()
    driver.batches.length = 0
    const texts: string[] = []
    for await (const { text } of db.selectFrom('note').select('text').orderBy('id').stream(1))
      texts.push(text)
    expect(texts).toEqual(['a', 'b', 'c'])
    expect(driver.batches).toHaveLength(1)
  })

  test('explain themselves', async () => {
    const plan = await db.selectFrom('note').selectAll().explain<{ opcode: string }>()
    expect(plan.map(({ opcode }) => opcode)).toContain('OpenRead')
  })

  test('reject with the StorageError of the driver', async () => {
    const insert = db.insertInto('note').values({ text: 'taken' })
    await insert.execute()
    await expect(insert.execute()).rejects.toMatchObject({ name: 'StorageError', code: 'CONSTRAINT' })
    await expect(sql`begin`.execute(db)).rejects.toMatchObject({ code: 'INVALID_STATEMENT' })
  })

  test('run at the same time as others, also on one connection', async () => {
    const texts = ['a', 'b', 'c']
    await Promise.all(texts.map((text) => db.insertInto('note').values({ text }).execute()))
    const found = await db
      .connection()
      .execute((connection) => connection.selectFrom('note').select('text').orderBy('id').execute())
    expect(found.map(({ text }) => text)).toEqual(texts)
  })

  test('go through the plugins of the instance', async () => {
    const camel = db.withPlugin(new CamelCasePlugin()).$extendTables<{ newNote: { noteText: string } }>()
    await camel.schema.createTable('newNote').addColumn('noteText', 'text').execute()
    await camel.insertInto('newNote').values({ noteText: 'a' }).execute()
    expect(await camel.selectFrom('newNote').selectAll().execute()).toEqual([{ noteText: 'a' }])
    expect(driver.batches[0]?.statements[0]?.sql).toBe('create table "new_note" ("note_text" text)')
  })
})

describe('the instance', () => {
  test('introspects tables, with their autoincrement column', async () => {
    const tables = await db.introspection.getTables()
    expect(tables.map(({ name }) => name)).toEqual(['note'])
    expect(
      tables[0]?.columns.map(({ name, dataType, isNullable, isAutoIncrementing }) => [
        name,
        dataType,
        isNullable,
        isAutoIncrementing,
      ]),
    ).toEqual([
      ['id', 'INTEGER', true, true],
      ['text', 'TEXT', false, false],
      ['body', 'BLOB', true, false],
    ])
  })

  test('leaves the driver open when it is destroyed', async () => {
    await db.destroy()
    await expect(db.selectFrom('note').selectAll().execute()).rejects.toThrow('destroyed')
    expect(await driver.batch([{ sql: 'select 1' }])).toMatchObject([{ rows: [[1]] }])
  })

  test('runs the migrations of two migrators one after the other', async () => {
    let runs = 0
    const migration: Migration = {
      async up(migrated: Kysely<unknown>) {
        runs++
        await migrated.schema.createTable('added').addColumn('id', 'integer').execute()
      },
    }
    const provider = { getMigrations: async () => ({ '001': migration }) }
    const results = await Promise.all([
      new Migrator({ db, provider }).migrateToLatest(),
      new Migrator({ db, provider }).migrateToLatest(),
    ])
    expect(results.map(({ error }) => error)).toEqual([undefined, undefined])
    expect(runs).toBe(1)
  })
})

describe('the configuration', () => {
  test('takes a database handle', async () => {
    const handle: DatabaseHandle = {
      query: async (query, params) => (await handle.batch([{ sql: query, params: params ?? [] }]))[0]!,
      batch: (statements) => driver.batch(statements as never) as never,
    }
    const onHandle = new Kysely<Tables>({ dialect: new PerSQLDialect({ database: handle }) })
    await onHandle.insertInto('note').values({ text: 'a' }).execute()
    expect(await onHandle.selectFrom('note').select(['id', 'text']).execute()).toEqual([{ id: 1, text: 'a' }])
  })

  test('refuses what is no database, and a driver of another dialect', () => {
    const invalid = expect.objectContaining({ name: 'StorageError', code: 'INVALID_ARGUMENT' })
    const mysql: SqlDriver = { ...betterSqlite3Driver(':memory:'), dialect: 'mysql' }
    expect(() => new PerSQLDialect({ driver: mysql })).toThrow(invalid)
    expect(() => new PerSQLDialect({} as never)).toThrow(invalid)
  })
})
