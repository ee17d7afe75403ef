import { describeSqlDriver } from '@persql/session-core/testing'
import {
  type Databases,
  pgliteDatabases,
  SERVER,
  serverDatabases,
} from '@persql/test-support/postgres-databases'
import { afterAll, describe, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'

function describeOn(databases: Databases, preparedStatements: boolean) {
  describeSqlDriver({
    name: `${databases.name}${preparedStatements ? '' : ', nothing prepared'}`,
    async create(location) {
      return postgresDriver({ url: await databases.urlOf(location), preparedStatements })
    },
  })
  afterAll(() => databases.close())
}

describe('in WebAssembly', () => describeOn(pgliteDatabases(), true))

describe.skipIf(!SERVER)('a server that PERSQL_TEST_POSTGRES names', () => {
  if (!SERVER) test('passes the kit', () => {})
  else for (const preparedStatements of [true, false]) describeOn(serverDatabases(SERVER), preparedStatements)
})
