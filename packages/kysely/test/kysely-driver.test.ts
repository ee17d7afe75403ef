import { setImmediate } from 'node:timers/promises'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { SessionStore, type SqlDriver } from '@persql/session-core'
import { describeSqlDriver } from '@persql/session-core/testing'
import Database from 'better-sqlite3'
import {
  CamelCasePlugin,
  type Dialect,
  Kysely,
  type KyselyPlugin,
  MssqlAdapter,
  MysqlAdapter,
  PGliteAdapter,
  PostgresAdapter,
  SqliteAdapter,
  SqliteDialect,
} from 'kysely'
import { beforeEach, describe, expect, test } from 'vitest'
import { kyselyDriver, PerSQLDialect } from '../src/index.ts'
import { recordingDriver } from './support/recording-driver.ts'

type AnyTables = Record<string, Record<string, unknown>>

function sqliteFile(location: string): Dialect {
  return new SqliteDialect({
    async database() {
      const database = new Database(location)
      database.defaultSafeIntegers()
      return database
    },
  })
}

const instances = new Map<SqlDriver, () => Promise<unknown>>()

describeSqlDriver({
  name: "kyselyDriver on Kysely's SqliteDialect",
  create(location) {
    const kysely = new Kysely<AnyTables>({ dialect: sqliteFile(location), plugins: [new CamelCasePlugin()] })
    const driver = kyselyDriver(kysely)
    instances.set(driver, () => kysely.destroy())
    return driver
  },
  async destroy(driver) {
    await driver.close()
    await instances.get(driver)?.()
  },
  except: [
    {
      test: 'names the columns of an empty result',
      because: 'Kysely gives rows as objects, and no row has no names',
    },
    {
      test: 'keeps the cells of columns that have the same name',
      because: 'Kysely gives rows as objects, which hold a name once',
    },
    {
      test: 'refuses to write with readOnly',
      because: 'Kysely does not tell which statements write',
    },
    {
      test: 'refuses with readOnly what writes within a statement that reads',
      because: 'Kysely does not tell which statements write',
    },
  ],
})

describeSqlDriver({
  name: 'kyselyDriver on PerSQLDialect',
  create(location) {
    const driver = betterSqlite3Driver(location)
    const bridged = kyselyDriver(new Kysely<AnyTables>({ dialect: new PerSQLDialect({ driver }) }))
    instances.set(bridged, () => driver.close())
    return bridged
  },
  async destroy(driver) {
    await driver.close()
    await instances.get(driver)?.()
  },
})

const CREATE = { sql: 'create table t (id integer primary key, first_value unique)' }
const insert = (value: number) => ({ sql: 'insert into t (first_value) values (?)', params: [value] })
const SELECT_ONE = { sql: 'select 1' }
const SELECT = { sql: 'select first_value from t order by id' }

/** PerSQLDialect under another adapter. */
function kyselyOn(driver: SqlDriver, adapter: SqliteAdapter): Kysely<AnyTables> {
  const dialect = new PerSQLDialect({ driver })
  return new Kysely({
    dialect: {
      createDriver: () => dialect.createDriver(),
      createAdapter: () => adapter,
      createIntrospector: (db) => dialect.createIntrospector(db),
      createQueryCompiler: () => dialect.createQueryCompiler(),
    },
  })
}

let database: Database.Database
let kysely: Kysely<AnyTables>
let driver: SqlDriver

beforeEach(() => {
  database = new Database(':memory:')
  kysely = new Kysely<AnyTables>({ dialect: new SqliteDialect({ database }) })
  driver = kyselyDriver(kysely)
  return () => database.close()
})

describe('kyselyDriver', () => {
  test('keeps plugins of the instance away from statements and results', async () => {
    const seen: string[] = []
    const spy: KyselyPlugin = {
      transformQuery({ node }) {
        seen.push('query')
        return node
      },
      async transformResult({ result }) {
        seen.push('result')
        return result
      },
    }
    const plugged = kyselyDriver(kysely.withPlugin(new CamelCasePlugin()).withPlugin(spy).withSchema('other'))
    await plugged.batch([CREATE, insert(1)])
    expect(await plugged.batch([SELECT])).toMatchObject([{ columns: ['first_value'], rows: [[1]] }])
    expect(seen).toEqual([])
  })

  test('works beside the statements of the instance itself', async () => {
    await driver.batch([CREATE])
    await Promise.all([
      driver.batch([insert(1), insert(2)]),
      kysely.insertInto('t').values({ first_value: 3 }).execute(),
    ])
    const [result] = await driver.batch([{ sql: 'select first_value from t order by first_value' }])
    expect(result?.rows).toEqual([[1], [2], [3]])
  })

  test('leaves the parameters as they were given', async () => {
    const params = [1]
    await driver.batch([CREATE, { ...insert(1), params }])
    expect(Object.isFrozen(params)).toBe(false)
  })

  test('names the failure and not the failed rollback, where the engine rolled back by itself', async () => {
    await driver.batch([CREATE, insert(1)])
    const run = driver.batch([insert(2), { sql: 'insert or rollback into t (first_value) values (1)' }])
    await expect(run).rejects.toMatchObject({
      code: 'CONSTRAINT',
      statementIndex: 1,
      suppressed: expect.objectContaining({ message: expect.stringContaining('rollback') }),
    })
    expect((await driver.batch([SELECT]))[0]?.rows).toEqual([[1]])
  })

  test('changes nothing when the commit fails, and names no statement', async () => {
    await driver.batch([
      CREATE,
      { sql: 'create table child (id references t (id) deferrable initially deferred)' },
    ])
    const error = await driver
      .batch([{ sql: 'insert into child values (9)' }, insert(1)])
      .catch((thrown) => thrown)
    expect(error).toMatchObject({ name: 'StorageError', code: 'CONSTRAINT' })
    expect(error).not.toHaveProperty('statementIndex')
    expect((await driver.batch([SELECT]))[0]?.rows).toEqual([])
  })

  test('leaves the instance open when it is closed', async () => {
    await driver.batch([CREATE, insert(1)])
    await driver.close()
    await expect(driver.batch([SELECT])).rejects.toMatchObject({ code: 'DRIVER_CLOSED' })
    expect(await kysely.selectFrom('t').selectAll().execute()).toEqual([{ id: 1, first_value: 1 }])
  })

  test('carries a session store whose tables the same instance reads', async () => {
    const store = new SessionStore<{ role: string }>(driver)
    await store.append('s', [{ role: 'user' }, { role: 'assistant' }])
    expect(await store.pop('s')).toEqual({ role: 'assistant' })
    expect(await store.read('s')).toEqual([{ role: 'user' }])
    const rows = await kysely.selectFrom('agent_messages').select(['session_id', 'message_data']).execute()
    expect(rows).toEqual([{ session_id: 's', message_data: '{"role":"user"}' }])
  })

  test('refuses what is no Kysely instance, and a transaction', async () => {
    const invalid = expect.objectContaining({ name: 'StorageError', code: 'INVALID_ARGUMENT' })
    expect(() => kyselyDriver(undefined as never)).toThrow(invalid)
    expect(() => kyselyDriver({} as never)).toThrow(invalid)
    await kysely.transaction().execute(async (transaction) => {
      expect(() => kyselyDriver(transaction)).toThrow(invalid)
    })
  })
})

describe('the dialect of kyselyDriver', () => {
  function withAdapter(adapter: SqliteAdapter | PostgresAdapter | MysqlAdapter | MssqlAdapter) {
    const dialect: Dialect = {
      createDriver: () => new SqliteDialect({ database }).createDriver(),
      createAdapter: () => adapter,
      createIntrospector: (db) => new SqliteDialect({ database }).createIntrospector(db),
      createQueryCompiler: () => new SqliteDialect({ database }).createQueryCompiler(),
    }
    return new Kysely<AnyTables>({ dialect })
  }

  test('is that of the adapter of the instance', () => {
    expect(driver.dialect).toBe('sqlite')
    expect(kyselyDriver(withAdapter(new PostgresAdapter())).dialect).toBe('postgres')
    expect(kyselyDriver(withAdapter(new PGliteAdapter())).dialect).toBe('postgres')
    expect(kyselyDriver(withAdapter(new MysqlAdapter())).dialect).toBe('mysql')
  })

  test('has to be named where the adapter is another one', () => {
    const unknown = withAdapter(new MssqlAdapter())
    expect(() => kyselyDriver(unknown)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('dialect:') }),
    )
    expect(kyselyDriver(unknown, { dialect: 'sqlite' }).dialect).toBe('sqlite')
  })
})

describe('kyselyDriver on a dialect with several connections', () => {
  test('runs batches one after the other, and closes after the last one', async () => {
    const events: string[] = []
    const slow = recordingDriver()
    slow.batch = async ([statement]) => {
      events.push(`begin ${statement?.sql}`)
      await setImmediate()
      events.push(`end ${statement?.sql}`)
      return [{ columns: [], rows: [] }]
    }
    const manyConnections = new (class extends SqliteAdapter {
      override get supportsMultipleConnections() {
        return true
      }
    })()
    const driver = kyselyDriver(kyselyOn(slow, manyConnections))
    await Promise.all([
      driver.batch([{ sql: 'a' }]),
      driver.batch([{ sql: 'b' }]),
      driver.close().then(() => events.push('closed')),
    ])
    expect(events).toEqual(['begin a', 'end a', 'begin b', 'end b', 'closed'])
  })
})

describe('kyselyDriver on PerSQLDialect', () => {
  test('passes each batch on as it is, with its options and limits', async () => {
    const inner = recordingDriver({ limits: { statements: 100 } })
    const bridged = kyselyDriver(new Kysely<AnyTables>({ dialect: new PerSQLDialect({ driver: inner }) }))
    expect(bridged.limits).toEqual({ statements: 100 })
    await bridged.batch([SELECT_ONE, SELECT_ONE], { readOnly: true })
    expect(inner.batches).toEqual([{ statements: [SELECT_ONE, SELECT_ONE], options: { readOnly: true } }])
    await bridged.close()
    expect(await inner.batch([SELECT_ONE])).toMatchObject([{ rows: [[1]] }])
    await inner.close()
  })

  test('says what cannot be done where another dialect hides it', async () => {
    const bridged = kyselyDriver(kyselyOn(recordingDriver(), new SqliteAdapter()))
    expect(await bridged.batch([SELECT_ONE])).toMatchObject([{ rows: [[1]] }])
    await expect(bridged.batch([SELECT_ONE, SELECT_ONE])).rejects.toMatchObject({
      code: 'INVALID_STATEMENT',
      statementIndex: 0,
      message: expect.stringContaining('driver.batch()'),
    })
  })
})
