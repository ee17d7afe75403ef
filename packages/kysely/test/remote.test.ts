import { PerSQL, type TokenRole } from '@persql/sdk'
import { createServer, type PerSQLServer } from '@persql/server'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PerSQLDialect } from '../src/index.ts'

interface Tables {
  note: { id: number; text: string }
}

let server: PerSQLServer
let clients: PerSQL[]

beforeEach(async () => {
  server = await createServer({ data: temporaryFolder(), port: 0, namespace: 'acme' })
  clients = []
})

afterEach(async () => {
  for (const client of clients) await client.close()
  await server.close()
})

function clientOf(token = server.adminToken): PerSQL {
  const client = new PerSQL({ baseURL: server.url, token })
  clients.push(client)
  return client
}

function kyselyOf(token?: string): Kysely<Tables> {
  return new Kysely({ dialect: new PerSQLDialect({ database: clientOf(token).database('acme/main') }) })
}

const migrations: Record<string, Migration> = {
  '1_note': {
    up: (db) =>
      db.schema
        .createTable('note')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('text', 'text', (column) => column.notNull())
        .execute(),
    down: (db) => db.schema.dropTable('note').execute(),
  },
  '2_view': {
    up: (db) => sql`create view texts as select text from note`.execute(db).then(() => {}),
    down: (db) => db.schema.dropView('texts').execute(),
  },
}

const migratorOf = (db: Kysely<Tables>) =>
  new Migrator({ db, provider: { getMigrations: async () => migrations } })

test('migrates a remote database up and down, once, also where there are records of keys already', async () => {
  const db = kyselyOf()
  await sql`create table before (a)`.execute(db)
  for (let round = 0; round < 2; round++) {
    const { error, results } = await migratorOf(db).migrateToLatest()
    expect([error, results?.map(({ migrationName, status }) => [migrationName, status])]).toEqual([
      undefined,
      round === 0
        ? [
            ['1_note', 'Success'],
            ['2_view', 'Success'],
          ]
        : [],
    ])
  }
  await db.insertInto('note').values({ id: 1, text: 'kept' }).execute()
  expect(await db.selectFrom('note').selectAll().execute()).toEqual([{ id: 1, text: 'kept' }])
  for (const expected of ['2_view', '1_note']) {
    const { error, results } = await migratorOf(db).migrateDown()
    expect([error, results?.map(({ migrationName }) => migrationName)]).toEqual([undefined, [expected]])
  }
  expect((await db.introspection.getTables()).map(({ name }) => name)).toEqual(['before'])
})

test.each<TokenRole>(['admin', 'readwrite', 'readonly'])(
  'shows the role %s the tables and columns, and none of the server',
  async (role) => {
    await migratorOf(kyselyOf()).migrateToLatest()
    await kyselyOf().insertInto('note').values({ id: 1, text: 'a' }).execute()
    const { token } = await clientOf().tokens.create('t', { role })
    const tables = await kyselyOf(token).introspection.getTables()
    expect(
      tables.map(({ name, isView, columns }) => [name, isView, columns.map(({ name }) => name)]),
    ).toEqual([
      ['note', false, ['id', 'text']],
      ['texts', true, ['text']],
    ])
    expect(tables[0]?.columns[0]).toMatchObject({ dataType: 'INTEGER', isAutoIncrementing: true })
  },
)

test('tells a token with a table scope that it may not list the tables', async () => {
  await migratorOf(kyselyOf()).migrateToLatest()
  const { token } = await clientOf().tokens.create('t', { tableScope: ['note'] })
  const db = kyselyOf(token)
  await expect(db.introspection.getTables()).rejects.toMatchObject({
    code: 'READ_ONLY',
    message: expect.stringContaining('"sqlite_master"'),
  })
  expect(await db.selectFrom('note').selectAll().execute()).toEqual([])
})
