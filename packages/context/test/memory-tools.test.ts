import { Agent, run, setTracingDisabled, type Tool } from '@openai/agents-core'
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents-core/testing'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { type MemoryStore, memoryTools, openMemory } from '../src/index.ts'

setTracingDisabled(true)

const path = temporaryPaths(afterAll)

let memory: MemoryStore
const driver = () => betterSqlite3Driver(':memory:')
let database: ReturnType<typeof driver>

beforeEach(() => {
  database = driver()
  memory = openMemory(database)
})

afterEach(() => database.close())

const COFFEE = { name: 'coffee', description: 'Drinks', type: 'user', body: 'Oat flat white' } as const

test('lets an agent of the Agents SDK remember, recall and forget', async () => {
  const model = new ScriptedModel([
    [functionCall('remember_memory', COFFEE, { callId: '1' })],
    [functionCall('recall_memory', { text: "what's my coffee?", limit: null }, { callId: '2' })],
    [functionCall('forget_memory', { name: 'coffee' }, { callId: '3' })],
    [assistantMessage('done')],
  ])
  const tools: Tool[] = memoryTools(memory, { sessionId: 'user-42' })
  const agent = new Agent({ name: 'Assistant', model, tools: [...tools] })
  const { history } = await run(agent, 'hello')
  const outputs = history.flatMap((item) =>
    item.type === 'function_call_result' ? [JSON.stringify(item.output)] : [],
  )
  expect(outputs[0]).toContain('remembered')
  expect(outputs[1]).toContain('Oat flat white')
  expect(outputs[1]).toContain('user-42')
  expect(outputs[2]).toContain('true')
  expect(await memory.index()).toEqual([])
})

test('has strict schemas: every property is required, and no other is allowed', () => {
  const tools = memoryTools(memory)
  expect(tools.map(({ name }) => name)).toEqual(['remember_memory', 'recall_memory', 'forget_memory'])
  for (const { strict, parameters } of tools) {
    expect(strict).toBe(true)
    expect(parameters.additionalProperties).toBe(false)
    expect(parameters.required).toEqual(Object.keys(parameters.properties))
  }
})

test('answers bad arguments with an error that the model can read, and writes nothing', async () => {
  const [remember, recall, forget] = memoryTools(memory)
  const answers = [
    await remember!.invoke({}, 'not json'),
    await remember!.invoke({}, '[]'),
    await remember!.invoke({}, JSON.stringify({ ...COFFEE, name: '' })),
    await remember!.invoke({}, JSON.stringify({ ...COFFEE, type: 'root' })),
    await remember!.invoke({}, JSON.stringify({ ...COFFEE, sessionId: 'of somebody else' })),
    await recall!.invoke({}, JSON.stringify({ text: 42, limit: null })),
    await recall!.invoke({}, JSON.stringify({ text: 'x', limit: -1 })),
    await forget!.invoke({}, '{}'),
  ]
  for (const answer of answers) expect(JSON.parse(answer)).toEqual({ error: expect.any(String) })
  expect(await memory.stats()).toMatchObject({ memories: 0 })
})

test('rejects where the database fails, which no model can mend', async () => {
  const file = path('memory.db')
  const writer = betterSqlite3Driver(file)
  await openMemory(writer).remember(COFFEE)
  const reader = betterSqlite3Driver(file, { readOnly: true })
  const [remember, recall] = memoryTools(openMemory(reader))
  const search = JSON.stringify({ text: 'coffee', limit: null })
  expect(JSON.parse(await recall!.invoke({}, search))).toMatchObject({ memories: [{ name: 'coffee' }] })
  await expect(remember!.invoke({}, JSON.stringify(COFFEE))).rejects.toMatchObject({ code: 'READ_ONLY' })
  await reader.close()
  await expect(recall!.invoke({}, search)).rejects.toMatchObject({ code: 'DRIVER_CLOSED' })
  await writer.close()
})
