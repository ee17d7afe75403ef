import { recordingDriver } from '@persql/test-support/recording-driver'
import { expect, test } from 'vitest'
import { OpenSession } from '../src/index.ts'
import { type Item, numbered } from './support/items.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'

test('reads what its window says, and the latest items where a limit is given', async () => {
  const driver = nodeSqliteDriver(':memory:')
  const call = { type: 'function_call', callId: 'c', name: 'look', arguments: '{}' }
  const result = { type: 'function_call_result', callId: 'c', output: 'seen' }
  const answer = { role: 'assistant', content: 'Seen.' }
  const session = new OpenSession<object>('s', driver, { window: { items: 2 } })
  await session.append([call, result, answer])
  expect(await session.read()).toEqual([answer])
  expect(await session.read(2)).toEqual([result, answer])
  expect(await new OpenSession<object>('s', driver).read()).toEqual([call, result, answer])
  await driver.close()
})

test('changes the history as the store does', async () => {
  const driver = nodeSqliteDriver(':memory:')
  const session = new OpenSession<Item>('s', driver)
  await session.append(numbered(3), { operationId: 'once' })
  await session.append(numbered(3), { operationId: 'once' })
  expect(await session.pop()).toEqual({ n: 2 })
  await session.replaceSuffix([{ n: 1 }], [{ n: 7 }])
  await session.rewrite((items) => items.map((item) => (item['n'] === 0 ? [] : [item])))
  expect(await session.read()).toEqual([{ n: 7 }])
  await session.replaceAll(numbered(1))
  expect(await session.read()).toEqual(numbered(1))
  await session.clear()
  expect(await session.read()).toEqual([])
  await driver.close()
})

test('does not close a database that it was given', async () => {
  const { driver, batches } = recordingDriver(nodeSqliteDriver(':memory:'))
  await new OpenSession<Item>('s', driver).close()
  await driver.batch([{ sql: 'select 1' }])
  expect(batches).toHaveLength(1)
  await driver.close()
})

test.each([{ items: 0 }, { turns: 1.5 }, { items: 1, turns: 1 }, {}])(
  'refuses the window %j',
  async (window) => {
    const driver = nodeSqliteDriver(':memory:')
    expect(() => new OpenSession('s', driver, { window: window as { items: number } })).toThrow(
      'window must be',
    )
    await driver.close()
  },
)
