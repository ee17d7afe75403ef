import { isStorageError, type SqlDriver } from '@persql/session-core'
import { describeSqlDriver } from '@persql/session-core/testing'
import { IDBFactory } from 'fake-indexeddb'
import initSqlJs from 'sql.js'
import { vi } from 'vitest'
import { fileStorage, indexedDbStorage, sqlJsDriver } from '../src/index.ts'

const withoutFts = [
  'finds the same by an index as without, whatever is not indexed yet',
  'indexes no row as what it no longer is, while others index and write',
].map((test) => ({ test, because: 'sql.js is built without FTS5' }))
const inMemory = [
  ...withoutFts,
  { test: 'keeps data after reopening', because: 'the database lives in memory' },
  { test: 'shares its database with another driver at the same time', because: 'each database is its own' },
]
const oneAtATime = [
  ...withoutFts,
  {
    test: 'shares its database with another driver at the same time',
    because: 'an image has one driver at a time; the second one to write is refused',
  },
]

describeSqlDriver({ name: 'sql.js', create: () => sqlJsDriver(), except: inMemory })

const { Database } = await initSqlJs()

describeSqlDriver({
  name: 'sql.js database',
  create: () => sqlJsDriver({ database: new Database() }),
  except: inMemory,
})

describeSqlDriver({
  name: 'sql.js file',
  create: (location) => sqlJsDriver({ storage: fileStorage(location) }),
  except: oneAtATime,
})

describeSqlDriver({
  name: 'sql.js file, saved later',
  create: (location) => sqlJsDriver({ storage: fileStorage(location), saveDelay: 5 }),
  destroy: closeUnlessRefused,
  except: oneAtATime,
})

vi.stubGlobal('indexedDB', new IDBFactory())

describeSqlDriver({
  name: 'sql.js in IndexedDB',
  create: (location) => sqlJsDriver({ storage: indexedDbStorage(location) }),
  except: oneAtATime,
})

/** Of two drivers that shared an image, one cannot save. */
async function closeUnlessRefused(driver: SqlDriver) {
  await driver.close().catch((error: unknown) => {
    if (!isStorageError(error, 'SAVE_FAILED')) throw error
  })
}
