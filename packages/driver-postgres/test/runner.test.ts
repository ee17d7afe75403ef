import { Agent, run, setTracingDisabled } from '@openai/agents'
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing'
import { PerSQLSession } from '@persql/openai-agents'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { checkConversation, conversations } from '@persql/test-support/runner-conversations'
import { afterAll, describe, expect, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'

setTracingDisabled(true)

for (const databases of everyDatabase()) {
  describe(`the runner on ${databases.name}`, () => {
    afterAll(() => databases.close())

    test('remembers across drivers, within a window of turns', async () => {
      const url = await databases.urlOf('runner')
      const model = new ScriptedModel([
        [assistantMessage('One.')],
        [assistantMessage('Two.')],
        [assistantMessage('Three.')],
      ])
      const agent = new Agent({ name: 'Assistant', model })
      for (const input of ['first', 'second', 'third']) {
        const driver = postgresDriver(url)
        const session = new PerSQLSession('user-42', driver, { window: { turns: 1 } })
        await run(agent, input, { session })
        await driver.close()
      }
      const driver = postgresDriver(url)
      const session = new PerSQLSession('user-42', driver)
      const items = await session.getItems()
      expect(items.map((item) => ('role' in item ? item.role : item.type))).toEqual([
        ...['user', 'assistant', 'user', 'assistant', 'user', 'assistant'],
      ])
      expect(await new PerSQLSession('user-42', driver, { window: { turns: 1 } }).getItems()).toEqual(
        items.slice(-2),
      )
      await driver.close()
    })

    for (const [title, converse] of Object.entries(conversations)) {
      test(`leaves the same items as with MemorySession after ${title}`, async () => {
        const driver = postgresDriver(await databases.urlOf(title))
        await checkConversation(converse, new PerSQLSession('s', driver)).finally(() => driver.close())
      })
    }
  })
}
