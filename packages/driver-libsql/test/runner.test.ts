import { Agent, run, setTracingDisabled } from '@openai/agents'
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing'
import { PerSQLSession } from '@persql/openai-agents'
import { hranaServer } from '@persql/test-support/hrana-server'
import { checkConversation, conversations } from '@persql/test-support/runner-conversations'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { afterAll, describe, expect, test } from 'vitest'
import { libsqlDriver } from '../src/index.ts'

setTracingDisabled(true)

const server = await hranaServer()
const paths = temporaryPaths(afterAll)
afterAll(() => server.close())

test.each([
  ['a file', () => `file:${paths('agents.db')}`],
  ['a server', () => server.urlOf('runner')],
])('an agent on %s remembers across drivers, within a window of turns', async (_, url) => {
  const model = new ScriptedModel([[assistantMessage('One.')], [assistantMessage('Two.')]])
  const agent = new Agent({ name: 'Assistant', model })
  for (const input of ['first', 'second']) {
    const driver = libsqlDriver(url())
    await run(agent, input, { session: new PerSQLSession('user-42', driver, { window: { turns: 1 } }) })
    await driver.close()
  }
  const driver = libsqlDriver(url())
  const items = await new PerSQLSession('user-42', driver).getItems()
  expect(items.map((item) => ('role' in item ? item.role : item.type))).toEqual([
    ...['user', 'assistant', 'user', 'assistant'],
  ])
  expect(await new PerSQLSession('user-42', driver, { window: { turns: 1 } }).getItems()).toEqual(
    items.slice(-2),
  )
  await driver.close()
})

describe.each([
  ['a file', (title: string) => `file:${paths(`${title}.db`)}`],
  ['a server', (title: string) => server.urlOf(title.replaceAll(' ', '-'))],
])('the runner on %s', (_, urlOf) => {
  for (const [title, converse] of Object.entries(conversations)) {
    test(`leaves the same items as with MemorySession after ${title}`, async () => {
      const driver = libsqlDriver(urlOf(title))
      await checkConversation(converse, new PerSQLSession('s', driver)).finally(() => driver.close())
    })
  }
})
