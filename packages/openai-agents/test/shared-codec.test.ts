import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AgentInputItem } from '@openai/agents-core'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { itemWords, jsonCodec, type SqlDriver } from '@persql/session-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PerSQLSession, sharedCodec, toResponsesItem } from '../src/index.ts'

interface Vector {
  readonly name: string
  readonly js: object
  readonly responses: object
}

const path = join(import.meta.dirname, '../../../fixtures/one-history.json')
const VECTORS = JSON.parse(readFileSync(path, 'utf8')) as Vector[]
const asRead = (row: object) => jsonCodec<AgentInputItem>().decode(JSON.stringify(row))
const ALL = VECTORS.map(({ js }) => asRead(js))

let driver: SqlDriver

beforeEach(() => {
  driver = betterSqlite3Driver(':memory:')
})

afterEach(() => driver.close())

async function rows(): Promise<unknown[]> {
  const [result] = await driver.batch([{ sql: 'select message_data from agent_messages order by id' }])
  return (result?.rows ?? []).map(([text]) => JSON.parse(text as string))
}

async function write(stored: readonly object[]) {
  await new PerSQLSession('s', driver).addItems([{ role: 'user', content: 'x' }])
  await driver.batch([
    { sql: 'delete from agent_messages' },
    ...stored.map((row) => ({
      sql: 'insert into agent_messages (session_id, message_data) values (?, ?)',
      params: ['s', JSON.stringify(row)],
    })),
  ])
}

describe.each([
  ['by itself', {}],
  ['with sharedCodec', { codec: sharedCodec() }],
])('a session %s', (_, options) => {
  test('gives back every item that it was given', async () => {
    const session = new PerSQLSession('s', driver, options)
    await session.addItems(ALL)
    expect(await session.getItems()).toEqual(ALL)
    expect(await session.popItem()).toEqual(ALL.at(-1))
  })

  test('reads every row in the words of the Responses API', async () => {
    const known = VECTORS.filter(({ responses }) => itemWords(responses) !== 'both')
    await write(known.map(({ responses }) => responses))
    const session = new PerSQLSession('s', driver, options)
    expect(await session.getItems()).toEqual(known.map(({ js }) => asRead(js)))
  })

  test('replaces a function call whoever wrote it', async () => {
    await write([{ type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{}' }])
    const session = new PerSQLSession('s', driver, options)
    const replacement: AgentInputItem = {
      type: 'function_call',
      callId: 'call_1',
      name: 'g',
      arguments: '{}',
    }
    await session.applyHistoryMutations({
      mutations: [{ type: 'replace_function_call', callId: 'call_1', replacement }],
    })
    expect(await session.getItems()).toEqual([replacement])
  })
})

test('a session by itself changes nothing on disk', async () => {
  await new PerSQLSession('s', driver).addItems(ALL)
  expect(await rows()).toEqual(VECTORS.map(({ js }) => js))
})

test('a session with sharedCodec writes the words of the Responses API', async () => {
  await new PerSQLSession('s', driver, { codec: sharedCodec() }).addItems(ALL)
  expect(await rows()).toEqual(VECTORS.map(({ responses }) => responses))
})

test('an item that was given in the words of the Responses API comes back as it was', async () => {
  const given = {
    type: 'function_call',
    call_id: 'c',
    name: 'f',
    arguments: '{}',
  } as unknown as AgentInputItem
  for (const [name, options] of [
    ['own', {}],
    ['shared', { codec: sharedCodec() }],
  ] as const) {
    const session = new PerSQLSession(name, driver, options)
    await session.addItems([given])
    expect(await session.getItems()).toEqual([given])
  }
})

test('refuses what could not be given back, with its path', () => {
  const item = { role: 'user', content: [{ type: 'input_text', text: 1n }] } as unknown as AgentInputItem
  expect(() => sharedCodec().encode(item)).toThrow(expect.objectContaining({ itemPath: 'content[0].text' }))
  expect(toResponsesItem({ role: 'user', content: 'x' })).toEqual({
    type: 'message',
    role: 'user',
    content: 'x',
  })
})
