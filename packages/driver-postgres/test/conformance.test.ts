import { describeSqlDriver } from '@persql/session-core/testing'
import { afterAll, describe, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'
import { type Databases, pgliteDatabases, SERVER, serverDatabases } from './support/databases.ts'

function describeOn(databases: Databases, preparedStatements: boolean) {
  describeSqlDriver({
    name: `${databases.name}${preparedStatements ? '' : ', nothing prepared'}`,
    async create(location) {
      return postgresDriver({ url: await databases.urlOf(location), preparedStatements })
    },
    except: [
      {
        test: 'carries a history that does not fit into one answer, read in parts',
        because: 'a part of it searches, which speaks SQLite alone',
      },
      {
        test: 'finds what was said, however it is written and by whatever program',
        because: 'searching speaks SQLite alone',
      },
    ],
  })
  afterAll(() => databases.close())
}

describe('in WebAssembly', () => describeOn(pgliteDatabases(), true))

describe.skipIf(!SERVER)('a server that PERSQL_TEST_POSTGRES names', () => {
  if (!SERVER) test('passes the kit', () => {})
  else for (const preparedStatements of [true, false]) describeOn(serverDatabases(SERVER), preparedStatements)
})
