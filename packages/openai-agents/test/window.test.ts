import { Agent, run, setTracingDisabled } from '@openai/agents'
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing'
import { assistant, call, result, user } from '@persql/test-support/agent-items'
import { expect, test } from 'vitest'
import { withSessions } from './support/sessions.ts'

setTracingDisabled(true)

const HISTORY = [
  user('1'),
  call('a'),
  call('b'),
  result('a'),
  result('b'),
  assistant('2'),
  user('3'),
  user('and 3b'),
  assistant('4'),
]

const reads = (title: string, options: object, expected: unknown[]) =>
  test(title, () =>
    withSessions('better-sqlite3 file', async ({ session }) => {
      await session('s').addItems(HISTORY)
      expect(await session('s', options).getItems()).toEqual(expected)
    }),
  )

reads('reads the latest items', { window: { items: 4 } }, HISTORY.slice(-4))
reads('leaves out results whose call was left out', { window: { items: 6 } }, HISTORY.slice(5))
reads('leaves out a result also behind a call that stayed', { window: { items: 7 } }, [
  call('b'),
  result('b'),
  ...HISTORY.slice(5),
])
reads(
  'reads the latest turn, which begins at the first of its user messages',
  { window: { turns: 1 } },
  HISTORY.slice(-3),
)
reads('reads the latest turns', { window: { turns: 2 } }, HISTORY)
reads('reads everything when there are fewer turns', { window: { turns: 9 } }, HISTORY)

test.each([
  ['computer_call', 'computer_call_result'],
  ['shell_call', 'shell_call_output'],
])('leaves out the result of a %s as well, and keeps it behind its call', (called, answered) =>
  withSessions('better-sqlite3 file', async ({ session }) => {
    const items = [
      { type: called, callId: 'c' },
      { type: answered, callId: 'c' },
    ] as never[]
    await session('s').addItems(items)
    expect(await session('s', { window: { items: 2 } }).getItems()).toEqual(items)
    expect(await session('s', { window: { items: 1 } }).getItems()).toEqual([])
  }),
)

test('takes a call for one whose type only begins like that of a result', () =>
  withSessions('better-sqlite3 file', async ({ session }) => {
    const items = [
      { type: 'tool_result_call', callId: 'c' },
      { type: 'tool_result', callId: 'c' },
    ] as never[]
    await session('s').addItems(items)
    expect(await session('s', { window: { items: 2 } }).getItems()).toEqual(items)
  }))

const search = { type: 'tool_search_call', arguments: {}, providerData: { call_id: 's' } }
const found = { type: 'tool_search_output', tools: [], providerData: { call_id: 's' } }
const asked = {
  type: 'hosted_tool_call',
  name: 'mcp_approval_request',
  providerData: { type: 'mcp_approval_request', id: 'a', name: 'pay', arguments: '{}' },
}
const granted = {
  type: 'hosted_tool_call',
  name: 'mcp_approval_response',
  providerData: { approval_request_id: 'a', approve: true },
}
const program = { type: 'program', callId: 'p', code: 'f()', fingerprint: '' }
const inProgram = { caller: { type: 'program', callerId: 'p' } }
const reasoning = { type: 'reasoning', content: [] }

test.each<[string, object[], object[]]>([
  ['a tool search, whose id the provider gave', [search, found], []],
  ['a question for approval', [asked, granted], []],
  ['a program', [program, { type: 'program_output', callId: 'p', output: '', status: 'completed' }], []],
  [
    'a question of the API itself',
    [
      { type: 'mcp_approval_request', id: 'a' },
      { type: 'mcp_approval_response', approval_request_id: 'a', approve: true },
    ],
    [],
  ],
  [
    'calls of a program, their results, and what was thought before',
    [program, reasoning, { ...call('c'), ...inProgram }, { ...result('c'), ...inProgram }],
    [],
  ],
  [
    'a search that the provider ran itself',
    [
      { ...search, providerData: { execution: 'server' } },
      { ...found, providerData: { execution: 'server' } },
    ],
    [{ ...found, providerData: { execution: 'server' } }],
  ],
])('sends no answer without %s to the model, and both where both are read', (_, items, kept) =>
  withSessions('better-sqlite3 file', async ({ session }) => {
    await session('s').addItems([...items, user('and now?')] as never[])
    const sent = async (count: number) => {
      const model = new ScriptedModel([[assistantMessage('fine')]])
      const history = session('s', { window: { items: count } })
      const input = await history.getItems()
      await run(new Agent({ name: 'Tester', model }), input)
      return { input, sent: model.lastCall!.request.input }
    }
    const cut = [...kept, user('and now?')]
    expect(await sent(items.length)).toEqual({ input: cut, sent: cut })
    const whole = [...items, user('and now?')]
    expect(await sent(items.length + 1)).toEqual({ input: whole, sent: whole })
  }),
)

test('keeps a result without its call where turns are counted, because nothing was left out within one', () =>
  withSessions('better-sqlite3 file', async ({ session }) => {
    const items = [user('1'), assistant('2'), user('3'), result('elsewhere')]
    await session('s').addItems(items)
    expect(await session('s', { window: { turns: 1 } }).getItems()).toEqual(items.slice(2))
  }))

test('keeps the exact meaning of an explicit limit', () =>
  withSessions('better-sqlite3 file', async ({ session }) => {
    await session('s').addItems(HISTORY)
    const windowed = session('s', { window: { turns: 1 } })
    expect(await windowed.getItems(6)).toEqual(HISTORY.slice(-6))
    expect(await windowed.getItems(99)).toEqual(HISTORY)
  }))

test('refuses a window that is not one, before any I/O', () =>
  withSessions('better-sqlite3 file', async ({ session }) => {
    for (const window of [
      {},
      { items: 0 },
      { turns: -1 },
      { items: 1.5 },
      { items: 1, turns: 1 },
      { items: '3' },
    ]) {
      expect(() => session('s', { window } as never)).toThrow(
        expect.objectContaining({
          code: 'INVALID_ARGUMENT',
          message: 'window must be { items: n } or { turns: n }, with a whole number of at least 1.',
        }),
      )
    }
  }))
