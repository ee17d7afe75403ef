import { describeSqlDriver } from '@persql/session-core/testing'
import Database from 'better-sqlite3'
import { betterSqlite3Driver } from '../src/index.ts'

describeSqlDriver({
  name: 'better-sqlite3 file',
  create: (location) => betterSqlite3Driver(location),
})

describeSqlDriver({
  name: 'better-sqlite3 :memory:',
  create: () => betterSqlite3Driver(':memory:'),
  except: [
    { test: 'keeps data after reopening', because: 'the database lives in memory' },
    {
      test: 'shares its database with another driver at the same time',
      because: 'each :memory: database is its own',
    },
  ],
})

const handles: InstanceType<typeof Database>[] = []

describeSqlDriver({
  name: 'better-sqlite3 handle',
  create(location) {
    const handle = new Database(location)
    handles.push(handle)
    return betterSqlite3Driver(handle)
  },
  async destroy(driver) {
    await driver.close()
    for (const handle of handles.splice(0)) handle.close()
  },
})
