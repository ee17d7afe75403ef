import { spawn, spawnSync } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { MemorySession, OpenAIProvider, run, type Session, setTracingDisabled } from '@openai/agents'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { SessionCatalog, type SqlDriver } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PerSQLSession, sharedCodec } from '../src/index.ts'
import { CONVERSATIONS, type Conversation, ONE_SIDED, type Turn } from './support/conversations.ts'
import { type ResponsesApi, startResponsesApi } from './support/responses-api.ts'
import { tellingAgent } from './support/telling-agent.ts'

const python = process.env['PERSQL_TEST_PYTHON'] ?? 'python3'
const isAvailable = spawnSync(python, ['-c', 'from agents import SQLiteSession']).status === 0
const hasOurs = spawnSync(python, ['-c', 'from openai_agents_persql import PerSQLSession']).status === 0
const program = fileURLToPath(new URL('./support/one_history.py', import.meta.url))

if (!isAvailable) {
  console.warn(
    'SKIPPED: conversations of both Agents SDKs. Set PERSQL_TEST_PYTHON to a Python with openai-agents.',
  )
}

if (isAvailable && !hasOurs) {
  console.warn(
    'SKIPPED: conversations that our session in Python goes on with. Install python/openai-agents-persql.',
  )
}

setTracingDisabled(true)

type Run = 'alone' | 'first' | 'last'

const turnsOf = ({ turns }: Conversation, which: Run) =>
  which === 'first' ? turns.slice(0, -1) : which === 'last' ? turns.slice(-1) : turns

type Fields = Readonly<Record<string, unknown>>

/** What the SDK in TypeScript never keeps, by the type of the item. The page on one history lists the same. */
const NOT_KEPT: Readonly<Record<string, (item: Fields) => readonly string[]>> = {
  function_call: (item) => ['id', ...['caller', 'namespace'].filter((field) => item[field] === null)],
  message: (item) => ['phase'].filter((field) => item[field] === null),
  computer_call: (item) => (Array.isArray(item['actions']) ? ['action'] : []),
}

/** The input without what is not kept of the turns before the last one. It also forgets what a compaction stands for. */
function asKept(input: unknown, { turns }: Conversation): unknown {
  const earlier = turns.slice(0, -1).flatMap(({ responses }) => responses.flat())
  const ids = new Set(earlier.map((item) => (item as Fields)['id']))
  const items = input as Fields[]
  const start = Math.max(
    0,
    items.findLastIndex(({ type }) => type === 'compaction'),
  )
  return items.slice(start).map((item) => {
    const lost = ids.has(item['id']) ? NOT_KEPT[String(item['type'])]?.(item) : undefined
    return Object.fromEntries(Object.entries(item).filter(([field]) => !lost?.includes(field)))
  })
}

/** The type of a user's message stays in rows that were not written with `sharedCodec`. */
function withoutUserTypes(input: unknown): unknown {
  return (input as Fields[]).map(({ type, ...item }) => (item['role'] === 'user' ? item : { type, ...item }))
}

/** Only the SDK in TypeScript gives the result of a function a status. */
function withoutStatusOfResults(input: unknown): unknown {
  return (input as Fields[]).map(({ status, ...item }) =>
    item['type'] === 'function_call_output' || status === undefined ? item : { ...item, status },
  )
}

describe.skipIf(!isAvailable)('a conversation that the other Agents SDK goes on with', () => {
  const path = temporaryPaths(afterAll)('agents.db')
  let api: ResponsesApi
  let driver: SqlDriver

  /** What is sent in the last turn, by the name of the run. */
  const sent = (name: string, conversation: Conversation) =>
    api.asked(name).slice(-(conversation.turns.at(-1)?.responses.length ?? 0))

  async function inTypeScript(name: string, conversation: Conversation, which: Run, session: Session) {
    const turns = turnsOf(conversation, which)
    const url = api.play(
      name,
      turns.flatMap(({ responses }) => responses),
    )
    const provider = new OpenAIProvider({ apiKey: 'none', baseURL: url, useResponses: true })
    const agent = tellingAgent(await provider.getModel('gpt-5'), conversation.tools)
    for (const turn of turns) await take(turn)

    async function take({ input, streamed, approve = true }: Turn) {
      const go = async (given: Parameters<typeof run>[1]) => {
        if (streamed !== true) return await run(agent, given, { session })
        const result = await run(agent, given, { session, stream: true })
        await result.completed
        return result
      }
      let result = await go(typeof input === 'string' ? input : (input.js as never))
      while (result.interruptions.length > 0) {
        for (const interruption of result.interruptions) {
          if (approve) result.state.approve(interruption)
          else result.state.reject(interruption)
        }
        result = await go(result.state as never)
      }
    }
  }

  /** What went wrong, by the name of the run. */
  async function inPython(
    runs: readonly [name: string, Conversation, Run, path: string, session: string][],
    ours = false,
  ) {
    const given = runs.map(([name, conversation, which, file, session]) => {
      const turns = turnsOf(conversation, which).map((turn) => ({
        ...turn,
        input: typeof turn.input === 'string' ? turn.input : turn.input.python,
      }))
      const url = api.play(
        name,
        turns.flatMap(({ responses }) => responses),
      )
      return { name, url, path: file, session, tools: conversation.tools, turns, ours }
    })
    const child = spawn(python, [program], { stdio: ['pipe', 'pipe', 'pipe'] })
    child.stdin.end(JSON.stringify(given))
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(out, errors).toBe('{}')
  }

  beforeAll(async () => {
    api = await startResponsesApi()
    driver = betterSqlite3Driver(path)
    const shared = { codec: sharedCodec() }
    await inPython(
      CONVERSATIONS.flatMap((one) => [
        [`python alone: ${one.name}`, one, 'alone', ':memory:', 'alone'],
        [`python first: ${one.name}`, one, 'first', path, `python: ${one.name}`],
      ]),
    )
    for (const one of CONVERSATIONS) {
      await new SessionCatalog(driver).fork(`python: ${one.name}`, `copy: ${one.name}`)
      await inTypeScript(`js alone: ${one.name}`, one, 'alone', new MemorySession())
      await inTypeScript(
        `js first: ${one.name}`,
        one,
        'first',
        new PerSQLSession(`js: ${one.name}`, driver, shared),
      )
      await inTypeScript(
        `js first, own: ${one.name}`,
        one,
        'first',
        new PerSQLSession(`own: ${one.name}`, driver),
      )
      const own = new PerSQLSession(`python: ${one.name}`, driver)
      await inTypeScript(`js last: ${one.name}`, one, 'last', own)
      const other = new PerSQLSession(`copy: ${one.name}`, driver, shared)
      await inTypeScript(`js last, shared: ${one.name}`, one, 'last', other)
    }
    for (const one of ONE_SIDED.js) {
      await inTypeScript(`js alone: ${one.name}`, one, 'alone', new MemorySession())
      const session = new PerSQLSession(`js: ${one.name}`, driver, shared)
      await inTypeScript(`js first: ${one.name}`, one, 'first', session)
    }
    await inPython(
      ONE_SIDED.python.flatMap((one) => [
        [`python alone: ${one.name}`, one, 'alone', ':memory:', 'alone'],
        [`python first: ${one.name}`, one, 'first', path, `python: ${one.name}`],
      ]),
    )
    for (const one of ONE_SIDED.python) {
      await new SessionCatalog(driver).fork(`python: ${one.name}`, `copy: ${one.name}`)
      const own = new PerSQLSession(`python: ${one.name}`, driver)
      await inTypeScript(`js last: ${one.name}`, one, 'last', own)
      const other = new PerSQLSession(`copy: ${one.name}`, driver, shared)
      await inTypeScript(`js last, shared: ${one.name}`, one, 'last', other)
    }
    await inPython(
      [...CONVERSATIONS, ...ONE_SIDED.js].map((one) => [
        `python last: ${one.name}`,
        one,
        'last',
        path,
        `js: ${one.name}`,
      ]),
    )
    if (!hasOurs) return
    await inPython(
      CONVERSATIONS.map((one) => [`ours last: ${one.name}`, one, 'last', path, `own: ${one.name}`]),
      true,
    )
  }, 300_000)

  afterAll(async () => {
    await driver?.close()
    await api?.close()
  })

  test.each(CONVERSATIONS.map((one) => [one.name, one] as const))(
    'from TypeScript to Python: %s',
    (name, one) => {
      const expected = sent(`python alone: ${name}`, one).map((input) => asKept(input, one))
      expect(sent(`python last: ${name}`, one)).toEqual(expected)
      expect(expected).toHaveLength(one.turns.at(-1)?.responses.length ?? 0)
    },
  )

  test.skipIf(!hasOurs).each(CONVERSATIONS.map((one) => [one.name, one] as const))(
    'from TypeScript without sharedCodec to our session in Python: %s',
    (name, one) => {
      const expected = sent(`python alone: ${name}`, one).map((input) => withoutUserTypes(asKept(input, one)))
      expect(sent(`ours last: ${name}`, one).map(withoutUserTypes)).toEqual(expected)
    },
  )

  test.each(CONVERSATIONS.map((one) => [one.name, one] as const))(
    'from Python to TypeScript: %s',
    (name, one) => {
      expect(sent(`js last: ${name}`, one)).toEqual(sent(`js alone: ${name}`, one))
      expect(sent(`js last, shared: ${name}`, one)).toEqual(sent(`js alone: ${name}`, one))
    },
  )

  // The SDK that goes on could not have begun these: it sends what the one that did would have sent.
  test.each(ONE_SIDED.js.map((one) => [one.name, one] as const))(
    'only TypeScript begins: %s',
    (name, one) => {
      const expected = sent(`js alone: ${name}`, one).map(withoutStatusOfResults)
      expect(sent(`python last: ${name}`, one)).toEqual(expected)
    },
  )

  test.each(ONE_SIDED.python.map((one) => [one.name, one] as const))(
    'only Python begins: %s',
    (name, one) => {
      const expected = sent(`python alone: ${name}`, one)
      expect(sent(`js last: ${name}`, one).map(withoutStatusOfResults)).toEqual(expected)
      expect(sent(`js last, shared: ${name}`, one).map(withoutStatusOfResults)).toEqual(expected)
    },
  )
})
