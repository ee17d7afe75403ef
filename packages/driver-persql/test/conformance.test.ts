import { createHash } from 'node:crypto'
import { PerSQL } from '@persql/sdk'
import { type SqlDriver, toSqlDriver } from '@persql/session-core'
import { describeSqlDriver } from '@persql/session-core/testing'
import { persqlDriver } from '../src/index.ts'
import { remote } from './support/remote.ts'

const { client } = await remote()
const closers = new WeakMap<SqlDriver, () => Promise<void>>()

for (const [name, toDriver] of [
  ['PerSQL in local mode', persqlDriver],
  ['a handle of PerSQL in local mode, given to the core', toSqlDriver],
] as const) {
  describeSqlDriver({
    name,
    create(location) {
      const local = new PerSQL({ local: location })
      const driver = toDriver(local.database('acme/agents'))
      closers.set(driver, () => local.close())
      return driver
    },
    async destroy(driver) {
      await driver.close()
      await closers.get(driver)?.()
    },
  })
}

describeSqlDriver({
  name: 'PerSQL over HTTP',
  create(location) {
    const slug = createHash('sha256').update(location).digest('hex').slice(0, 32)
    return persqlDriver(client().database('acme', slug))
  },
})
