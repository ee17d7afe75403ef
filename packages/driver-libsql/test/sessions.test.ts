import { PerSQLSession } from '@persql/openai-agents'
import { hranaServer } from '@persql/test-support/hrana-server'
import { type GivenSessions, sessionCases } from '@persql/test-support/session-cases'
import { checkSessionModel } from '@persql/test-support/session-model'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { afterAll, describe, test } from 'vitest'
import { libsqlDriver } from '../src/index.ts'

const server = await hranaServer()
const paths = temporaryPaths(afterAll)
afterAll(() => server.close())
let databases = 0

describe.each([
  ['a file', () => `file:${paths(`agents-${++databases}.db`)}`],
  ['a server', () => server.urlOf(`sessions-${++databases}`)],
])('PerSQLSession on %s', (_, url) => {
  async function withSessions(use: (given: GivenSessions) => Promise<void>) {
    const driver = libsqlDriver(url())
    try {
      await use({ session: (id) => new PerSQLSession(id, driver) })
    } finally {
      await driver.close()
    }
  }

  for (const [title, run] of Object.entries(sessionCases)) test(title, () => withSessions(run))

  test('does what MemorySession does, whatever the operations and their order', () =>
    withSessions(checkSessionModel))
})
