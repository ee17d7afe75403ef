import { createHash } from 'node:crypto'
import { createClient } from '@libsql/client'
import { describeSqlDriver } from '@persql/session-core/testing'
import { hranaServer } from '@persql/test-support/hrana-server'
import { afterAll } from 'vitest'
import { libsqlDriver } from '../src/index.ts'

describeSqlDriver({
  name: 'libSQL file',
  create: (location) => libsqlDriver(`file:${location}`),
})

describeSqlDriver({
  name: 'libSQL :memory:',
  create: () => libsqlDriver(':memory:'),
  except: [
    { test: 'keeps data after reopening', because: 'the database lives in memory' },
    {
      test: 'shares its database with another driver at the same time',
      because: 'each :memory: database is its own',
    },
  ],
})

const clients: ReturnType<typeof createClient>[] = []

describeSqlDriver({
  name: 'a libSQL client of a file',
  create(location) {
    const client = createClient({ url: `file:${location}`, intMode: 'bigint' })
    clients.push(client)
    return libsqlDriver(client)
  },
  async destroy(driver) {
    await driver.close()
    for (const client of clients.splice(0)) client.close()
  },
})

const server = await hranaServer()
afterAll(() => server.close())

describeSqlDriver({
  name: 'libSQL over HTTP',
  create: (location) => libsqlDriver(server.urlOf(createHash('sha256').update(location).digest('hex'))),
})
