import { type ControlledTransaction, type Generated, Kysely, sql } from 'kysely'
import { beforeEach, describe, expect, test } from 'vitest'
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
  await driver.batch([{ sql: 'create table note (id integer primary key, text text unique, body blob)' }])
  driver.batches.length = 0
  return () => driver.close()
})

function add(connection: Kysely<Tables>, text: string) {
  return connection.insertInto('note').values({ text }).execute()
}

async function texts(): Promise<string[]> {
  const rows = await db.selectFrom('note').select('text').orderBy('id').execute()
  return rows.map(({ text }) => text)
}

describe('a transaction', () => {
  test('sends its statements as one batch when it commits', async () => {
    const result = await db.transaction().execute(async (transaction) => {
      await add(transaction, 'a')
      await transaction.updateTable('note').set({ text: 'b' }).execute()
      await transaction.schema.createTable('made').addColumn('id', 'integer').execute()
      expect(driver.batches).toEqual([])
      return 'done'
    })
    expect(result).toBe('done')
    expect(driver.batches).toHaveLength(1)
    expect(driver.batches[0]?.statements).toHaveLength(3)
    expect(driver.batches[0]?.options?.readOnly ?? false).toBe(false)
    expect(await texts()).toEqual(['b'])
  })

  test('writes nothing when its callback throws', async () => {
    const run = db.transaction().execute(async (transaction) => {
      await add(transaction, 'a')
      throw new Error('changed my mind')
    })
    await expect(run).rejects.toThrow('changed my mind')
    expect(driver.batches).toEqual([])
    expect(await texts()).toEqual([])
  })

  test('writes nothing when a statement fails, and says which', async () => {
    await add(db, 'taken')
    const run = db.transaction().execute(async (transaction) => {
      await add(transaction, 'a')
      await add(transaction, 'taken')
    })
    await expect(run).rejects.toMatchObject({ name: 'StorageError', code: 'CONSTRAINT', statementIndex: 1 })
    expect(await texts()).toEqual(['taken'])
  })

  test('does not mix its statements with those of another one', async () => {
    const first = await db.startTransaction().execute()
    const second = await db.startTransaction().execute()
    await add(first, 'first 1')
    await add(second, 'second 1')
    await add(first, 'first 2')
    await add(db, 'outside')
    await second.commit().execute()
    await add(first, 'first 3')
    await first.rollback().execute()
    expect(await texts()).toEqual(['outside', 'second 1'])
  })

  test('lets others of the same instance commit while it runs', async () => {
    await db.transaction().execute(async (outer) => {
      await add(outer, 'outer')
      await db.transaction().execute((inner) => add(inner, 'inner'))
      expect(await texts()).toEqual(['inner'])
    })
    expect(await texts()).toEqual(['inner', 'outer'])
  })

  test('is followed by single statements on the same connection', async () => {
    await db.connection().execute(async (connection) => {
      await connection.transaction().execute((transaction) => add(transaction, 'a'))
      const rows = await connection.selectFrom('note').select('text').execute()
      expect(rows).toEqual([{ text: 'a' }])
    })
  })

  test('keeps the bytes as they were when the statement ran', async () => {
    const body = Buffer.from([1, 2, 3])
    await db.transaction().execute(async (transaction) => {
      await transaction.insertInto('note').values({ text: 'a', body }).execute()
      body.fill(0)
    })
    const row = await db.selectFrom('note').select('body').executeTakeFirstOrThrow()
    expect(row.body).toEqual(new Uint8Array([1, 2, 3]))
  })

  test('refuses a statement that comes while it commits', async () => {
    let late: Promise<unknown> | undefined
    await db.transaction().execute(async (transaction) => {
      await add(transaction, 'in time')
      driver.onBatch = () => {
        late ??= expect(add(transaction, 'late')).rejects.toMatchObject({
          code: 'INVALID_STATEMENT',
          message: expect.stringContaining('Await each one'),
        })
      }
    })
    await late
    expect(late).toBeDefined()
    expect(await texts()).toEqual(['in time'])
  })

  test('can be committed again after a commit that failed', async () => {
    await add(db, 'taken')
    const transaction = await db.startTransaction().execute()
    await add(transaction, 'taken')
    await expect(transaction.commit().execute()).rejects.toMatchObject({ code: 'CONSTRAINT' })
    await db.updateTable('note').set({ text: 'free again' }).execute()
    await transaction.commit().execute()
    expect(await texts()).toEqual(['free again', 'taken'])
  })

  test('is refused before anything is sent when the database takes fewer statements', async () => {
    const small = recordingDriver({ limits: { statements: 2 } })
    const onSmall = new Kysely<Tables>({ dialect: new PerSQLDialect({ driver: small }) })
    const run = onSmall.transaction().execute(async (transaction) => {
      for (const text of ['a', 'b', 'c']) await add(transaction, text)
    })
    await expect(run).rejects.toMatchObject({ name: 'StorageError', code: 'TOO_LARGE' })
    expect(small.batches).toEqual([])
    await small.close()
  })

  test('tells neither insert ids nor numbers of rows', async () => {
    await db.transaction().execute(async (transaction) => {
      const inserted = await transaction.insertInto('note').values({ text: 'a' }).executeTakeFirstOrThrow()
      expect(inserted).toMatchObject({ insertId: undefined, numInsertedOrUpdatedRows: 0n })
    })
  })
})

describe('inside a transaction', () => {
  const refused: Record<string, (transaction: Kysely<Tables>) => Promise<unknown>> = {
    'A select': (transaction) => transaction.selectFrom('note').selectAll().execute(),
    'A statement with returning': (transaction) =>
      transaction.insertInto('note').values({ text: 'b' }).returning('id').execute(),
    'An explain': (transaction) => transaction.deleteFrom('note').explain(),
    'Raw SQL': (transaction) => sql`delete from note`.execute(transaction),
  }

  for (const [what, run] of Object.entries(refused)) {
    test(`${what.toLowerCase()} is refused, with what to do instead, and nothing is written`, async () => {
      const failed = db.transaction().execute(async (transaction) => {
        await add(transaction, 'a')
        await run(transaction)
      })
      await expect(failed).rejects.toMatchObject({
        name: 'StorageError',
        code: 'INVALID_STATEMENT',
        message: expect.stringMatching(new RegExp(`^${what} .*Read before.*driver\\.batch\\(\\)`)),
      })
      expect(driver.batches).toEqual([])
    })
  }

  test('a streamed select is refused', async () => {
    const failed = db.transaction().execute(async (transaction) => {
      for await (const _ of transaction.selectFrom('note').selectAll().stream()) expect.unreachable()
    })
    await expect(failed).rejects.toMatchObject({ code: 'INVALID_STATEMENT' })
  })

  test('a refused statement that was caught leaves the others in place', async () => {
    await db.transaction().execute(async (transaction) => {
      await add(transaction, 'a')
      await sql`delete from note`.execute(transaction).catch(() => {})
      await add(transaction, 'b')
    })
    expect(await texts()).toEqual(['a', 'b'])
  })
})

describe('the settings of a transaction', () => {
  test('may be what a batch is: serializable, read and write', async () => {
    await db
      .transaction()
      .setIsolationLevel('serializable')
      .setAccessMode('read write')
      .execute((transaction) => add(transaction, 'a'))
    expect(await texts()).toEqual(['a'])
  })

  test('are refused otherwise, before the callback runs', async () => {
    const invalid = { name: 'StorageError', code: 'INVALID_ARGUMENT' }
    for (const level of ['read uncommitted', 'read committed', 'repeatable read', 'snapshot'] as const) {
      const transaction = db.transaction().setIsolationLevel(level)
      await expect(transaction.execute(async () => expect.unreachable())).rejects.toMatchObject(invalid)
    }
    const readOnly = db.transaction().setAccessMode('read only')
    await expect(readOnly.execute(async () => expect.unreachable())).rejects.toMatchObject(invalid)
    await expect(db.startTransaction().setAccessMode('read only').execute()).rejects.toMatchObject(invalid)
  })
})

describe('savepoints', () => {
  let transaction: ControlledTransaction<Tables>

  beforeEach(async () => {
    transaction = await db.startTransaction().execute()
    await add(transaction, 'a')
  })

  test('drop what came after them when rolled back to, as often as asked', async () => {
    const after = await transaction.savepoint('s').execute()
    await add(after, 'b')
    await after.rollbackToSavepoint('s').execute()
    await add(after, 'c')
    await after.rollbackToSavepoint('s').execute()
    await add(after, 'd')
    await transaction.commit().execute()
    expect(await texts()).toEqual(['a', 'd'])
  })

  test('keep what came after them when released, and are gone then', async () => {
    const after = await transaction.savepoint('s').execute()
    await add(after, 'b')
    const released = await after.releaseSavepoint('s').execute()
    await expect(released.rollbackToSavepoint('s' as never).execute()).rejects.toMatchObject({
      code: 'INVALID_STATEMENT',
    })
    await transaction.commit().execute()
    expect(await texts()).toEqual(['a', 'b'])
  })

  test('are found by the latest of their name', async () => {
    const outer = await transaction.savepoint('s').execute()
    await add(outer, 'b')
    const inner = await outer.savepoint('s').execute()
    await add(inner, 'c')
    await inner.rollbackToSavepoint('s').execute()
    await inner.releaseSavepoint('s').execute()
    await add(inner, 'd')
    await transaction.commit().execute()
    expect(await texts()).toEqual(['a', 'b', 'd'])
  })

  test('end with the savepoint before them, and an ended one is refused', async () => {
    const first = await transaction.savepoint('first').execute()
    const second = await first.savepoint('second').execute()
    const back = await second.rollbackToSavepoint('first').execute()
    await expect(back.rollbackToSavepoint('second' as never).execute()).rejects.toMatchObject({
      name: 'StorageError',
      code: 'INVALID_STATEMENT',
      message: expect.stringContaining('"second"'),
    })
    await transaction.rollback().execute()
    expect(driver.batches).toEqual([])
  })
})
