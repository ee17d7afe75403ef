import { PerSQLSession } from '@persql/openai-agents'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { type GivenSessions, sessionCases } from '@persql/test-support/session-cases'
import { checkSessionModel } from '@persql/test-support/session-model'
import { afterAll, describe, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'

for (const databases of everyDatabase()) {
  describe(`PerSQLSession on ${databases.name}`, () => {
    afterAll(() => databases.close())

    async function withSessions(name: string, use: (given: GivenSessions) => Promise<void>) {
      const driver = postgresDriver(await databases.urlOf(name))
      try {
        await use({ session: (id) => new PerSQLSession(id, driver) })
      } finally {
        await driver.close()
      }
    }

    for (const [title, run] of Object.entries(sessionCases)) test(title, () => withSessions(title, run))

    test('does what MemorySession does, whatever the operations and their order', ({ task }) =>
      withSessions(task.name, checkSessionModel))
  })
}
