import { kyselyDriver, PerSQLDialect } from '@persql/kysely'
import { SessionStore, type SessionTables, type SqlDriver } from '@persql/session-core'
import { describeSqlDriver } from '@persql/session-core/testing'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { type Generated, Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'

interface Tables extends SessionTables {
  note: { id: Generated<number>; text: string; body: Uint8Array | null; done: boolean | 0 | 1 }
}

for (const databases of everyDatabase()) {
  describe(`PerSQLDialect on ${databases.name}`, () => {
    let driver: SqlDriver
    let db: Kysely<Tables>
    afterAll(() => databases.close())

    beforeEach(async ({ task }) => {
      driver = postgresDriver(await databases.urlOf(`kysely ${task.name}`))
      db = new Kysely<Tables>({ dialect: new PerSQLDialect({ driver }) })
    })
    afterEach(() => driver.close())

    const makeNotes = () =>
      db.schema
        .createTable('note')
        .addColumn('id', 'integer', (column) => column.generatedByDefaultAsIdentity().primaryKey())
        .addColumn('text', 'text', (column) => column.notNull().unique())
        .addColumn('body', 'bytea')
        .addColumn('done', 'boolean', (column) => column.notNull().defaultTo(false))
        .execute()

    test('types sessions, and inserts, updates, deletes and selects', async () => {
      await new SessionStore(driver).append('s', [{ n: 1 }, { n: 2 }])
      const counted = await db
        .selectFrom('agent_messages')
        .groupBy('session_id')
        .select(({ fn }) => ['session_id', fn.countAll<number>().as('items')])
        .execute()
      expect(counted).toEqual([{ session_id: 's', items: 2 }])
      await makeNotes()
      const inserted = await db
        .insertInto('note')
        .values([
          { text: 'a', body: new Uint8Array([0, 255]), done: true },
          { text: 'b', body: null, done: false },
        ])
        .returningAll()
        .execute()
      expect(inserted).toEqual([
        { id: 1, text: 'a', body: new Uint8Array([0, 255]), done: 1 },
        { id: 2, text: 'b', body: null, done: 0 },
      ])
      expect(await db.selectFrom('note').select('text').where('done', '=', true).execute()).toEqual([
        { text: 'a' },
      ])
      const [updated] = await db.updateTable('note').set({ done: true }).execute()
      expect(updated?.numUpdatedRows).toBe(2n)
      const [deleted] = await db.deleteFrom('note').where('text', '=', 'a').execute()
      expect(deleted?.numDeletedRows).toBe(1n)
    })

    test('sends a transaction as one batch when it commits, all or nothing', async () => {
      await makeNotes()
      await db.transaction().execute(async (transaction) => {
        await transaction.insertInto('note').values({ text: 'a', body: null, done: false }).execute()
        await transaction.updateTable('note').set({ done: true }).execute()
      })
      const failing = db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('note').execute()
        await transaction.insertInto('note').values({ text: 'b', body: null, done: false }).execute()
        await transaction.insertInto('note').values({ text: 'b', body: null, done: false }).execute()
      })
      await expect(failing).rejects.toMatchObject({ code: 'CONSTRAINT', statementIndex: 2 })
      expect(await db.selectFrom('note').select(['text', 'done']).execute()).toEqual([{ text: 'a', done: 1 }])
      await db
        .transaction()
        .setIsolationLevel('read committed')
        .execute(async () => {})
      const strict = db
        .transaction()
        .setIsolationLevel('serializable')
        .execute(async () => {})
      await expect(strict).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    })

    test('runs migrations once, and describes the tables', async () => {
      let runs = 0
      const migration: Migration = {
        async up() {
          runs++
          await makeNotes()
        },
      }
      const provider = { getMigrations: async () => ({ '1': migration }) }
      const results = await Promise.all([
        new Migrator({ db, provider }).migrateToLatest(),
        new Migrator({ db, provider }).migrateToLatest(),
      ])
      expect(results.map(({ error }) => error)).toEqual([undefined, undefined])
      expect(runs).toBe(1)
      const [note] = await db.introspection.getTables()
      expect(note).toMatchObject({ name: 'note', schema: 'public', isView: false })
      expect(
        note?.columns.map(({ name, dataType, isNullable, isAutoIncrementing }) => [
          name,
          dataType,
          isNullable,
          isAutoIncrementing,
        ]),
      ).toEqual([
        ['id', 'int4', false, true],
        ['text', 'text', false, false],
        ['body', 'bytea', true, false],
        ['done', 'bool', false, false],
      ])
    })

    describeSqlDriver({
      name: 'kyselyDriver on PerSQLDialect',
      async create(location) {
        const inner = postgresDriver(await databases.urlOf(location))
        const driver = kyselyDriver(new Kysely({ dialect: new PerSQLDialect({ driver: inner }) }))
        return { ...driver, close: () => driver.close().then(() => inner.close()) }
      },
    })
  })
}
