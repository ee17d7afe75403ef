import { Agent, type AgentInputItem, run, setTracingDisabled } from '@openai/agents'
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing'
import { persqlDriver } from '@persql/driver-persql'
import type { PerSQLOptions } from '@persql/sdk'
import type { DatabaseHandle, SqlDriver } from '@persql/session-core'
import { call, result, user } from '@persql/test-support/agent-items'
import { requestsOf } from '@persql/test-support/count-requests'
import { describe, expect, test } from 'vitest'
import { PerSQLSession } from '../src/index.ts'
import { lossyProxy } from './support/lossy-proxy.ts'
import { remoteDatabase, remoteServer } from './support/remote.ts'

setTracingDisabled(true)

const MB = 1024 * 1024

const few = [user('1'), call('c'), result('c')]
const many = Array.from({ length: 500 }, (_, n) => user(`${n}`))
const large = ['a', 'b', 'c'].map((letter) => user(letter.repeat(4 * MB)))

describe.each<[string, (database: DatabaseHandle) => SqlDriver | DatabaseHandle]>([
  ['the driver', persqlDriver],
  ['a database handle', (handle) => handle],
])('a session on %s over HTTP', (_, wrap) => {
  test.each<[string, AgentInputItem[]]>([
    ['one item', [user('hi')]],
    ['500 items', many],
    ['items of 4 MB', large],
  ])('needs two requests for a turn with %s, the first turn included', async (_, input) => {
    const session = new PerSQLSession('s', wrap(await remoteDatabase()))
    for (const turn of [1, 2]) {
      const agent = new Agent({ name: 'Tester', model: new ScriptedModel([[assistantMessage('hello')]]) })
      expect(await requestsOf(() => run(agent, input, { session }))).toBe(2)
      expect(await session.getItems()).toHaveLength(turn * (input.length + 1))
    }
  })

  test('needs one request for each operation, the first one included', async () => {
    const database = wrap(await remoteDatabase())
    const operations: ((session: PerSQLSession) => Promise<unknown>)[] = [
      (session) => session.addItems(few),
      (session) => session.addItems(many),
      (session) => session.addItems(large),
      (session) => session.getItems(),
      (session) => session.getItems(2),
      (session) => session.popItem(),
      (session) => session.replaceHistoryWithCompaction(many),
      (session) => session.replaceHistoryWithCompaction(large),
      (session) =>
        session.applyHistoryTransaction({
          operationId: 'op',
          transaction: { type: 'append_items', items: many },
        }),
      (session) => session.clearSession(),
    ]
    for (const operation of operations) {
      expect(await requestsOf(() => operation(new PerSQLSession('known', database)))).toBe(1)
      const fresh = wrap(await remoteDatabase())
      expect(await requestsOf(() => operation(new PerSQLSession('new', fresh)))).toBe(1)
    }
  })

  test('needs two requests for a rewrite: it reads first', async () => {
    const session = new PerSQLSession('s', wrap(await remoteDatabase()))
    await session.addItems(few)
    const mutations = [
      { type: 'replace_function_call' as const, callId: 'c', replacement: call('d') as never },
    ]
    expect(await requestsOf(() => session.applyHistoryMutations({ mutations }))).toBe(2)
    expect(await session.getItems()).toEqual([user('1'), call('d'), result('c')])
  })
})

test('needs no request for nothing', async () => {
  const session = new PerSQLSession('s', await remoteDatabase())
  const nothing = async () => {
    await session.getSessionId()
    await session.addItems([])
    await session.getItems(0)
  }
  expect(await requestsOf(nothing)).toBe(0)
})

test('refuses what the server does not take, and writes nothing', async () => {
  const session = new PerSQLSession('s', await remoteDatabase())
  await session.addItems(few)
  const tooLarge = [user('small'), user('x'.repeat(40 * MB))]
  expect(
    await requestsOf(() => expect(session.addItems(tooLarge)).rejects.toMatchObject({ code: 'TOO_LARGE' })),
  ).toBe(1)
  expect(await session.getItems()).toEqual(few)
})

describe('when replies are lost', () => {
  const behindProxy = async (options: Omit<PerSQLOptions, 'local'> = {}) => {
    const { address } = await remoteServer()
    const { url, lose } = await lossyProxy(address.port)
    return { session: new PerSQLSession('s', await remoteDatabase({ baseURL: url, ...options })), lose }
  }

  test('applies an append exactly once, the first one included', async () => {
    const { session, lose } = await behindProxy()
    for (const expected of [few, [...few, ...few]]) {
      lose(2)
      expect(await requestsOf(() => session.addItems(few))).toBe(3)
      expect(await session.getItems()).toEqual(expected)
    }
  })

  test('pops one item, and gives it to the caller', async () => {
    const { session, lose } = await behindProxy()
    await session.addItems(few)
    lose(1)
    expect(await session.popItem()).toEqual(few.at(-1))
    expect(await session.getItems()).toEqual(few.slice(0, -1))
  })

  test('says UNAVAILABLE after the last attempt, and the change may have been made', async () => {
    const { session, lose } = await behindProxy({ maxRetries: 0 })
    lose(1)
    await expect(session.addItems(few)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await session.getItems()).toEqual(few)
  })

  test('makes a change once that the caller repeats under its operation id', async () => {
    const { session, lose } = await behindProxy({ maxRetries: 0 })
    const change = { operationId: 'op', transaction: { type: 'append_items' as const, items: few } }
    lose(1)
    await expect(session.applyHistoryTransaction(change)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await session.applyHistoryTransaction(change)
    expect(await session.getItems()).toEqual(few)
  })
})
