import { Agent, type AgentInputItem, run, setTracingDisabled } from '@openai/agents'
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing'
import { PerSQL, type PerSQLDatabase } from '@persql/sdk'
import { createServer } from '@persql/server'
import { SessionCatalog, toSqlDriver } from '@persql/session-core'
import { call, result, user } from '@persql/test-support/agent-items'
import { requestsOf } from '@persql/test-support/count-requests'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, onTestFinished, test } from 'vitest'
import { PerSQLSession } from '../src/index.ts'
import { remoteDatabase } from './support/remote.ts'

setTracingDisabled(true)

/** What a computer tool gives back five times: a picture of so many bytes, as a data URL. */
function screenshots(size: number): AgentInputItem[] {
  return ['A', 'B', 'C', 'D', 'E'].map((letter) => ({
    type: 'computer_call_result',
    callId: `look-${letter}`,
    output: { type: 'computer_screenshot', data: `data:image/png;base64,${letter.repeat(size)}` },
  }))
}

const start = [user('look'), call('act'), result('act')]

async function filled(database: PerSQLDatabase, sessionId: string, pictures: readonly AgentInputItem[]) {
  const session = new PerSQLSession(sessionId, database)
  await session.addItems(start)
  for (const item of pictures) await session.addItems([item])
  return session
}

/** A database on a server that takes and gives little, so that little is much. */
async function narrowDatabase(): Promise<PerSQLDatabase> {
  const server = await createServer({
    data: temporaryFolder(),
    port: 0,
    namespace: 'acme',
    sweepInterval: 0,
    limits: { bodyBytes: 400_000, resultBytes: 1_000_000 },
  })
  onTestFinished(() => server.close())
  return new PerSQL({ token: server.adminToken, baseURL: server.url }).database('acme/narrow')
}

/** Compared by their parts: a difference between long texts would take minutes to show. */
function expectSame(found: readonly AgentInputItem[], wanted: readonly AgentInputItem[]) {
  const brief = (items: readonly AgentInputItem[]) =>
    items.map((item) => {
      const text = JSON.stringify(item)
      return [text.length, text.slice(0, 120), text.slice(-30)]
    })
  expect(brief(found)).toEqual(brief(wanted))
  expect(found.every((item, index) => JSON.stringify(item) === JSON.stringify(wanted[index]))).toBe(true)
}

test('gives back five screenshots of 14 MB that were stored over HTTP', async () => {
  const database = await remoteDatabase()
  const pictures = screenshots(14_000_000)
  const session = await filled(database, 's', pictures)
  expectSame(await session.getItems(), [...start, ...pictures])
  expect(await requestsOf(() => session.getItems(2))).toBe(1)
  await new PerSQLSession('small', database).addItems(start)
  expect(await requestsOf(() => new PerSQLSession('small', database).getItems())).toBe(1)
})

test('goes on with a run, a rewrite, a transaction, a compaction and a pop', async () => {
  const database = await narrowDatabase()
  const pictures = screenshots(220_000)
  const history = [...start, ...pictures]
  await filled(database, 's', pictures)
  await new SessionCatalog(toSqlDriver(database)).fork('s', 'fork')
  const session = new PerSQLSession('fork', database)
  expectSame(await session.getItems(6), history.slice(-6))
  expectSame(await new PerSQLSession('s', database, { window: { turns: 1 } }).getItems(), history)

  let seen = 0
  const model = new ScriptedModel([[assistantMessage('seen')]])
  await run(new Agent({ name: 'Tester', model }), 'and now?', {
    session,
    sessionInputCallback: (past, now) => {
      seen = past.length
      return now
    },
  })
  expect(seen).toBe(history.length)
  const [question, answer] = (await session.getItems(2)) as [AgentInputItem, AgentInputItem]

  await session.applyHistoryMutations({
    mutations: [{ type: 'replace_function_call', callId: 'act', replacement: call('acted') as never }],
  })
  expectSame(await session.getItems(), [history[0]!, call('acted'), ...history.slice(2), question, answer])

  const forget = {
    operationId: 'forget',
    transaction: {
      type: 'replace_suffix' as const,
      expectedSuffix: [...pictures, question, answer],
      replacement: [...pictures.slice(1), answer],
    },
  }
  await session.applyHistoryTransaction(forget)
  await session.applyHistoryTransaction(forget)
  expectSame(await session.getItems(5), [...pictures.slice(1), answer])

  await session.replaceHistoryWithCompaction([user('summary'), ...pictures.slice(1)])
  expectSame(await session.getItems(), [user('summary'), ...pictures.slice(1)])
  await expect(session.replaceHistoryWithCompaction(screenshots(220_001))).rejects.toMatchObject({
    code: 'TOO_LARGE',
  })
  expectSame([(await session.popItem())!], [pictures[4]!])
  expectSame(await session.getItems(), [user('summary'), ...pictures.slice(1, 4)])
})

test.each<[string, string]>([
  ['quotes', '"'],
  ['control characters', '\u0001'],
  ['letters of three bytes', '漢'],
])('gives back texts of %s, however the server counts them', async (_, character) => {
  const session = new PerSQLSession('s', await narrowDatabase())
  const items = Array.from({ length: 40 }, (_, n) => user(`${n}${character.repeat(30_000)}`))
  for (const item of items) await session.addItems([item])
  expectSame(await session.getItems(), items)
})
