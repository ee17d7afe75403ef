import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { SessionStore, type SqlDriver, withDefaultNames } from '@persql/session-core'
import { beforeEach, expect, test } from 'vitest'
import { convertSessions } from '../src/transfer/convert-sessions.ts'

// What the command meets only where another process, or a limit of the engine, comes in between.

let driver: SqlDriver
let store: SessionStore<object>

const call = (id: string, name = 'f') => ({ type: 'function_call', callId: id, name, arguments: '{}' })
const inResponses = (id: string, name = 'f') => expect.objectContaining({ call_id: id, name })

beforeEach(async () => {
  driver = betterSqlite3Driver(':memory:')
  store = new SessionStore(driver)
  for (const session of ['first', 'second', 'third']) await store.append(session, [call('a'), call('b')])
  return () => driver.close()
})

const convert = (through: SqlDriver) =>
  convertSessions({ driver: through, tables: { ...withDefaultNames({}), createTables: true } }, [], {
    to: 'shared',
  })

async function textsOf(session: string): Promise<string[]> {
  const sql = 'select message_data from agent_messages where session_id = ? order by id'
  const [found] = await driver.batch([{ sql, params: [session] }], { readOnly: true })
  return (found?.rows ?? []).map(([text]) => text as string)
}

const itemsOf = async (session: string) => (await textsOf(session)).map((text) => JSON.parse(text) as object)

/** A driver beside which another process adds to "second" before so many of the writes that touch it. */
function contested(times: number): SqlDriver {
  let left = times
  return {
    ...driver,
    async batch(statements, options) {
      const isOfSecond = JSON.stringify(statements.map(({ params }) => params)).includes('second')
      if (!options?.readOnly && isOfSecond && left > 0) {
        left -= 1
        await store.append('second', [call(`other ${times - left}`)])
      }
      return driver.batch(statements, options)
    },
  }
}

test('reads a session again that was changed meanwhile', async () => {
  expect(await convert(contested(4))).toEqual({
    converted: [
      { sessionId: 'first', items: 2 },
      { sessionId: 'second', items: 6 },
      { sessionId: 'third', items: 2 },
    ],
    unchanged: 0,
    failed: [],
  })
  const ids = ['a', 'b', 'other 1', 'other 2', 'other 3', 'other 4']
  expect(await itemsOf('second')).toEqual(ids.map((id) => inResponses(id)))
})

test('passes over a session that is changed each time, loses nothing of it, and names it', async () => {
  const { converted, failed } = await convert(contested(100))
  expect(converted.map(({ sessionId }) => sessionId)).toEqual(['first', 'third'])
  expect(failed).toEqual([{ sessionId: 'second', message: expect.stringContaining('no longer what it was') }])
  expect(await itemsOf('second')).toEqual(
    ['a', 'b', 'other 1', 'other 2', 'other 3', 'other 4', 'other 5'].map((id) => call(id)),
  )
  expect(await itemsOf('third')).toEqual([inResponses('a'), inResponses('b')])
})

test('passes over a session with an item that is too large in other words, and names it', async () => {
  const long = call('c', 'f'.repeat(500))
  await store.append('second', [long])
  const before = await textsOf('second')
  // The item itself fits; with what the other words take, it does not.
  const valueBytes = JSON.stringify(long).length + 10
  const { converted, failed } = await convert({ ...driver, limits: { valueBytes } })
  expect(converted.map(({ sessionId }) => sessionId)).toEqual(['first', 'third'])
  expect(failed).toEqual([{ sessionId: 'second', message: expect.stringContaining('bytes') }])
  expect(await textsOf('second')).toEqual(before)
  expect(await itemsOf('third')).toEqual([inResponses('a'), inResponses('b')])
})
