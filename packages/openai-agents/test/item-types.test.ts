import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { protocol } from '@openai/agents-core'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import {
  fromResponsesItem,
  type ItemReading,
  identifyFields,
  identifyItem,
  itemFieldsSql,
  itemsSql,
  itemWords,
  itemWordsSql,
  pairResults,
  partsText,
  readItem,
  SessionStore,
  toResponsesItem,
  withoutOrphans,
} from '@persql/session-core'
import { expect, test } from 'vitest'

type Said = Pick<ItemReading, 'kind' | 'tool' | 'link' | 'approval' | 'madeBy'> & {
  asked?: string
  said?: string
}

const hosted = (providerData: Record<string, unknown>, more: object = {}) => ({
  type: 'hosted_tool_call',
  name: providerData['type'] as string,
  status: 'completed',
  providerData,
  ...more,
})

const BASE64 = 'iVBORw0KGgo1'.repeat(400)
const approval = {
  id: 'mcpr_1',
  type: 'mcp_approval_request',
  name: 'delete',
  server_label: 'files',
  arguments: '{"a":1}',
}

/** One item of every type and form of the SDK in TypeScript, in its shape, with what is read in it. */
const TYPESCRIPT: [title: string, item: Record<string, unknown>, said: Said][] = [
  ['message', { role: 'user', content: 'Hi' }, { kind: 'message', said: 'Hi' }],
  [
    'message',
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'Hi' },
        { type: 'input_image', image: `data:image/png;base64,${BASE64}` },
        { type: 'input_file', file: { id: 'file_1' } },
      ],
    },
    { kind: 'message', said: 'Hi\n[image, image/png, 3.6 kB]\n[file, file_1]' },
  ],
  [
    'message',
    {
      role: 'assistant',
      status: 'completed',
      content: [
        { type: 'output_text', text: 'Hello' },
        { type: 'refusal', refusal: 'No' },
        { type: 'audio', audio: BASE64, format: 'wav', transcript: 'Bye' },
        { type: 'image', image: BASE64 },
      ],
    },
    { kind: 'message', said: 'Hello\n[refused] No\n[audio, audio/wav, 3.6 kB]\nBye\n[image, 3.6 kB]' },
  ],
  [
    'message',
    { role: 'system', content: 'data: Be kind, always' },
    { kind: 'message', said: 'data: Be kind, always' },
  ],
  [
    'program',
    { type: 'program', callId: 'p', code: 'await f()', fingerprint: 'x' },
    { kind: 'call', tool: 'program', link: 'program p', asked: 'await f()' },
  ],
  [
    'program_output',
    { type: 'program_output', callId: 'p', output: 'done', status: 'completed' },
    { kind: 'result', link: 'program p', said: 'done' },
  ],
  [
    'function_call',
    {
      type: 'function_call',
      callId: 'c',
      name: 'search',
      namespace: 'crm',
      arguments: '{"a":1}',
      caller: { type: 'program', callerId: 'p' },
    },
    { kind: 'call', tool: 'crm.search', link: 'function_call c', madeBy: 'program p', asked: '{"a":1}' },
  ],
  [
    'function_call_result',
    {
      type: 'function_call_result',
      callId: 'c',
      name: 'search',
      status: 'completed',
      output: [
        { type: 'input_text', text: 'x' },
        { type: 'input_image', image: BASE64 },
      ],
    },
    { kind: 'result', tool: 'search', link: 'function_call c', said: 'x\n[image, 3.6 kB]' },
  ],
  [
    'function_call_result',
    {
      type: 'function_call_result',
      callId: 'c',
      name: 'f',
      status: 'completed',
      output: { type: 'file', file: { data: new Uint8Array(5), mediaType: 'text/csv', filename: 'a.csv' } },
    },
    { kind: 'result', tool: 'f', link: 'function_call c', said: '[file, a.csv, text/csv, 5 bytes]' },
  ],
  [
    'computer_call',
    {
      type: 'computer_call',
      callId: 'c',
      status: 'completed',
      action: { type: 'wait' },
      actions: [{ type: 'wait' }, { type: 'click', x: 1, y: 2, button: 'left' }],
      providerData: { pending_safety_checks: [{ id: 's', code: 'x' }] },
    },
    {
      kind: 'call',
      tool: 'computer',
      link: 'computer_call c',
      asked:
        '{"type":"wait"}\n{"type":"click","x":1,"y":2,"button":"left"}\npending safety checks: [{"id":"s","code":"x"}]',
    },
  ],
  [
    'computer_call',
    { type: 'computer_call', callId: 'c', status: 'completed', action: { type: 'wait' } },
    { kind: 'call', tool: 'computer', link: 'computer_call c', asked: '{"type":"wait"}' },
  ],
  [
    'computer_call_result',
    {
      type: 'computer_call_result',
      callId: 'c',
      output: { type: 'computer_screenshot', data: `data:image/png;base64,${BASE64}` },
    },
    { kind: 'result', link: 'computer_call c', said: '[image, image/png, 3.6 kB]' },
  ],
  [
    'shell_call',
    { type: 'shell_call', callId: 'c', action: { commands: ['ls'] } },
    { kind: 'call', tool: 'shell', link: 'shell_call c', asked: '{"commands":["ls"]}' },
  ],
  [
    'shell_call_output',
    {
      type: 'shell_call_output',
      callId: 'c',
      output: [
        { stdout: 'a', stderr: 'b', outcome: { type: 'exit', exitCode: 1 } },
        { stdout: '', stderr: '', outcome: { type: 'timeout' } },
      ],
    },
    { kind: 'result', link: 'shell_call c', said: 'a\nstderr: b\nexit code 1\ntimed out' },
  ],
  [
    'apply_patch_call',
    {
      type: 'apply_patch_call',
      callId: 'c',
      status: 'completed',
      operation: { type: 'update_file', path: 'a.ts', diff: '+b', moveTo: 'c.ts' },
    },
    { kind: 'call', tool: 'apply_patch', link: 'apply_patch_call c', asked: 'update file a.ts → c.ts\n+b' },
  ],
  [
    'apply_patch_call_output',
    { type: 'apply_patch_call_output', callId: 'c', status: 'failed', output: 'no such file' },
    { kind: 'result', link: 'apply_patch_call c', said: 'no such file' },
  ],
  [
    'tool_search_call',
    {
      type: 'tool_search_call',
      execution: 'client',
      arguments: { query: 'x' },
      providerData: { call_id: 'c' },
    },
    { kind: 'call', tool: 'tool_search', link: 'tool_search_call c', asked: '{"query":"x"}' },
  ],
  [
    'tool_search_output',
    { type: 'tool_search_output', tools: [{ name: 'f' }], providerData: { call_id: 'c' } },
    { kind: 'result', link: 'tool_search_call c', said: '[{"name":"f"}]' },
  ],
  [
    'tool_search_call',
    { type: 'tool_search_call', id: 'ts_1', arguments: {} },
    { kind: 'call', tool: 'tool_search', link: 'tool_search_call ts_1', asked: '{}' },
  ],
  [
    'tool_search_output',
    {
      type: 'tool_search_output',
      id: 'ts_2',
      tools: [],
      providerData: { call_id: null, execution: 'server' },
    },
    { kind: 'result' },
  ],
  [
    'tool_search_call',
    { type: 'tool_search_call', id: 'ts_3', call_id: 'x', execution: 'server', arguments: {} },
    { kind: 'call', tool: 'tool_search', asked: '{}' },
  ],
  [
    'hosted_tool_call: web_search_call',
    hosted({
      type: 'web_search_call',
      action: { type: 'search', query: 'x', sources: [{ url: 'https://example.com' }] },
    }),
    {
      kind: 'call',
      tool: 'web_search',
      asked: '{"type":"search","query":"x","sources":[{"url":"https://example.com"}]}',
    },
  ],
  [
    'hosted_tool_call: file_search_call',
    hosted({
      type: 'file_search_call',
      queries: ['x', 'y'],
      results: [{ file_id: 'f', filename: 'a.md', score: 0.913, text: 'Refunds' }],
    }),
    { kind: 'call', tool: 'file_search', asked: 'x\ny', said: 'a.md (0.91): Refunds' },
  ],
  [
    'hosted_tool_call: code_interpreter_call',
    hosted({
      type: 'code_interpreter_call',
      code: 'print(1)',
      container_id: 'k',
      outputs: [
        { type: 'logs', logs: '1' },
        { type: 'image', url: 'https://example.com/a.png' },
      ],
    }),
    {
      kind: 'call',
      tool: 'code_interpreter',
      asked: 'print(1)',
      said: '1\n[image, https://example.com/a.png]',
    },
  ],
  [
    'hosted_tool_call: image_generation_call',
    hosted(
      { type: 'image_generation_call', revised_prompt: 'A cat', output_format: 'webp' },
      { output: BASE64 },
    ),
    { kind: 'call', tool: 'image_generation', asked: 'A cat', said: '[image, image/webp, 3.6 kB]' },
  ],
  [
    'hosted_tool_call: mcp_call',
    hosted(
      { type: 'mcp_call', name: 'fetch', server_label: 'web', arguments: '{"a":1}', error: 'refused' },
      { output: 'page' },
    ),
    { kind: 'call', tool: 'fetch', asked: '{"a":1}', said: 'page\nerror: refused' },
  ],
  [
    'hosted_tool_call: mcp_list_tools',
    hosted({
      type: 'mcp_list_tools',
      server_label: 'web',
      tools: [{ name: 'f', input_schema: {} }, { name: 'g' }],
    }),
    { kind: 'call', tool: 'mcp_list_tools', said: 'f\ng' },
  ],
  [
    'hosted_tool_call: mcp_approval_request',
    hosted(approval),
    {
      kind: 'call',
      tool: 'delete',
      link: 'mcp_approval_request mcpr_1',
      approval: 'asked',
      asked: '{"a":1}\nserver: files',
    },
  ],
  [
    'hosted_tool_call: mcp_approval_response',
    {
      type: 'hosted_tool_call',
      name: 'mcp_approval_response',
      providerData: { approve: false, approval_request_id: 'mcpr_1', reason: 'no' },
    },
    {
      kind: 'result',
      link: 'mcp_approval_request mcpr_1',
      approval: 'refused',
      said: 'rejected\nreason: no',
    },
  ],
  [
    'hosted_tool_call: of another name',
    hosted({ type: 'moon_call', phase: 'full' }),
    { kind: 'call', tool: 'moon', said: '{"phase":"full"}' },
  ],
  [
    'reasoning',
    {
      type: 'reasoning',
      content: [{ type: 'input_text', text: 'Hm' }],
      rawContent: [{ type: 'reasoning_text', text: 'Hm, well' }],
    },
    { kind: 'reasoning', said: 'Hm, well' },
  ],
  ['compaction', { type: 'compaction', encrypted_content: BASE64 }, { kind: 'other' }],
  [
    'unknown',
    { type: 'unknown', providerData: { type: 'moon', phase: 'full' } },
    { kind: 'other', said: '{"type":"moon","phase":"full"}' },
  ],
]

/** The same of the SDK in Python, which keeps items in the shape of the Responses API. */
const PYTHON: typeof TYPESCRIPT = [
  [
    'message',
    { role: 'developer', content: [{ type: 'input_text', text: 'Hi' }] },
    { kind: 'message', said: 'Hi' },
  ],
  [
    'message',
    {
      role: 'user',
      content: [
        { type: 'input_audio', input_audio: { data: BASE64, format: 'wav' } },
        { type: 'input_image', image_url: `data:image/png;base64,${BASE64}`, detail: 'auto' },
        { type: 'input_file', file_id: 'file_1' },
      ],
    },
    { kind: 'message', said: '[audio, audio/wav, 3.6 kB]\n[image, image/png, 3.6 kB]\n[file, file_1]' },
  ],
  [
    'reasoning',
    {
      type: 'reasoning',
      id: 'r',
      summary: [{ type: 'summary_text', text: 'Hm' }],
      encrypted_content: BASE64,
    },
    { kind: 'reasoning', said: 'Hm' },
  ],
  [
    'function_call',
    { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    { kind: 'call', tool: 'f', link: 'function_call c', asked: '{}' },
  ],
  [
    'function_call_output',
    { type: 'function_call_output', call_id: 'c', output: '[1]' },
    { kind: 'result', link: 'function_call c', said: '[1]' },
  ],
  [
    'custom_tool_call',
    { type: 'custom_tool_call', call_id: 'c', name: 'sql', input: 'select 1' },
    { kind: 'call', tool: 'sql', link: 'custom_tool_call c', asked: 'select 1' },
  ],
  [
    'custom_tool_call_output',
    { type: 'custom_tool_call_output', call_id: 'c', output: '1' },
    { kind: 'result', link: 'custom_tool_call c', said: '1' },
  ],
  [
    'computer_call',
    { type: 'computer_call', call_id: 'c', action: { type: 'wait' }, pending_safety_checks: [] },
    { kind: 'call', tool: 'computer', link: 'computer_call c', asked: '{"type":"wait"}' },
  ],
  [
    'computer_call_output',
    {
      type: 'computer_call_output',
      call_id: 'c',
      output: { type: 'computer_screenshot', image_url: `data:image/png;base64,${BASE64}` },
    },
    { kind: 'result', link: 'computer_call c', said: '[image, image/png, 3.6 kB]' },
  ],
  [
    'local_shell_call',
    { type: 'local_shell_call', id: 'i', call_id: 'c', action: { type: 'exec', command: ['ls'] } },
    {
      kind: 'call',
      tool: 'local_shell',
      link: 'local_shell_call c',
      asked: '{"type":"exec","command":["ls"]}',
    },
  ],
  [
    'local_shell_call_output',
    { type: 'local_shell_call_output', id: 'c', output: 'a' },
    { kind: 'result', link: 'local_shell_call c', said: 'a' },
  ],
  [
    'shell_call',
    { type: 'shell_call', call_id: 'c', action: { commands: ['ls'] } },
    { kind: 'call', tool: 'shell', link: 'shell_call c', asked: '{"commands":["ls"]}' },
  ],
  [
    'shell_call_output',
    {
      type: 'shell_call_output',
      call_id: 'c',
      output: [{ stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } }],
    },
    { kind: 'result', link: 'shell_call c', said: 'a' },
  ],
  [
    'apply_patch_call',
    { type: 'apply_patch_call', call_id: 'c', operation: { type: 'delete_file', path: 'a' } },
    { kind: 'call', tool: 'apply_patch', link: 'apply_patch_call c', asked: 'delete file a' },
  ],
  [
    'apply_patch_call_output',
    { type: 'apply_patch_call_output', call_id: 'c', status: 'completed', output: 'ok' },
    { kind: 'result', link: 'apply_patch_call c', said: 'ok' },
  ],
  [
    'tool_search_call',
    { type: 'tool_search_call', call_id: 'c', execution: 'client', arguments: { query: 'x' } },
    { kind: 'call', tool: 'tool_search', link: 'tool_search_call c', asked: '{"query":"x"}' },
  ],
  [
    'tool_search_output',
    { type: 'tool_search_output', call_id: 'c', execution: 'client', tools: [{ name: 'f' }] },
    { kind: 'result', link: 'tool_search_call c', said: '[{"name":"f"}]' },
  ],
  [
    'web_search_call',
    {
      type: 'web_search_call',
      id: 'w',
      status: 'completed',
      action: { type: 'open_page', url: 'https://example.com' },
    },
    { kind: 'call', tool: 'web_search', asked: '{"type":"open_page","url":"https://example.com"}' },
  ],
  [
    'file_search_call',
    { type: 'file_search_call', id: 'w', queries: ['x'], results: null },
    { kind: 'call', tool: 'file_search', asked: 'x' },
  ],
  [
    'code_interpreter_call',
    { type: 'code_interpreter_call', id: 'w', code: '1', outputs: [{ type: 'logs', logs: '1' }] },
    { kind: 'call', tool: 'code_interpreter', asked: '1', said: '1' },
  ],
  [
    'image_generation_call',
    { type: 'image_generation_call', id: 'w', result: BASE64, output_format: 'png' },
    { kind: 'call', tool: 'image_generation', said: '[image, image/png, 3.6 kB]' },
  ],
  [
    'mcp_call',
    {
      type: 'mcp_call',
      id: 'w',
      name: 'fetch',
      server_label: 'web',
      arguments: '{}',
      output: 'page',
      error: null,
    },
    { kind: 'call', tool: 'fetch', asked: '{}', said: 'page' },
  ],
  [
    'mcp_list_tools',
    { type: 'mcp_list_tools', id: 'w', server_label: 'web', tools: [{ name: 'f' }] },
    { kind: 'call', tool: 'mcp_list_tools', said: 'f' },
  ],
  [
    'mcp_approval_request',
    approval,
    {
      kind: 'call',
      tool: 'delete',
      link: 'mcp_approval_request mcpr_1',
      approval: 'asked',
      asked: '{"a":1}\nserver: files',
    },
  ],
  [
    'mcp_approval_response',
    { type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: true },
    { kind: 'result', link: 'mcp_approval_request mcpr_1', approval: 'granted', said: 'approved' },
  ],
  ['compaction', { type: 'compaction', id: 'k', encrypted_content: BASE64 }, { kind: 'other' }],
  [
    'item_reference',
    { type: 'item_reference', id: 'k' },
    { kind: 'other', said: '{"type":"item_reference","id":"k"}' },
  ],
  [
    'of a call that nobody knows',
    { type: 'moon_call', call_id: 'c', arguments: '{}' },
    { kind: 'call', tool: 'moon', link: ' c', asked: '{}' },
  ],
  [
    'of a result that nobody knows',
    { type: 'moon_call_output', call_id: 'c', output: 'full' },
    { kind: 'result', link: ' c', said: 'full' },
  ],
]

const ALL = [...TYPESCRIPT, ...PYTHON]

test.each(ALL)('reads an item of type %s', (_, item, { asked = '', said = '', ...identity }) => {
  const reading = readItem(item)
  expect({ asked: partsText(reading.asked), said: partsText(reading.said) }).toEqual({ asked, said })
  const { kind, tool, link, approval, madeBy } = reading
  expect({ kind, tool, link, approval, madeBy }).toEqual({
    ...{ tool: undefined, link: undefined, approval: undefined, madeBy: undefined },
    ...identity,
  })
})

/** Only a result of the SDK in TypeScript says which tool gave it. */
function without({ kind, tool, ...said }: Said): Said {
  return kind === 'result' || tool === undefined ? { kind, ...said } : { kind, tool, ...said }
}

function read(item: object): Said {
  const { kind, tool, link, approval, madeBy, asked, said } = readItem(item)
  const known = { tool, link, approval, madeBy, asked: partsText(asked), said: partsText(said) }
  return {
    kind,
    ...Object.fromEntries(Object.entries(known).filter(([, one]) => one !== undefined && one !== '')),
  }
}

test.each(TYPESCRIPT)('reads the same in the words of the Responses API, of type %s', (_, item, said) => {
  const words = toResponsesItem(item)
  expect(fromResponsesItem(words)).toEqual(item)
  // For the raw text of other providers' reasoning the Responses API has no word.
  const isRaw = item['rawContent'] !== undefined
  expect(without(read(words))).toEqual(isRaw ? { kind: 'reasoning', said: 'Hm' } : without(said))
})

test.each(PYTHON)('reads the same in the words of TypeScript, of type %s', (_, item, said) => {
  const words = fromResponsesItem(item)
  expect(toResponsesItem(words)).toEqual(item)
  expect(without(read(words))).toEqual(without(said))
})

test('filters orphans alike in the words of both', () => {
  const items = TYPESCRIPT.map(([, item]) => item)
  const kept = withoutOrphans(items).map((item) => items.indexOf(item))
  const words = items.map(toResponsesItem)
  expect(withoutOrphans(words).map((item) => words.indexOf(item))).toEqual(kept)
})

/** Of each member of the union of all items, by the names of types that the SDK has for it. */
function typesOfSdk(): Set<string> {
  return new Set(
    protocol.ModelItem.options.map((option) => {
      const { type } = (option as { shape: { type: { value?: string; unwrap?(): { value: string } } } }).shape
      return type.value ?? type.unwrap!().value
    }),
  )
}

test('knows each type of item that the installed SDK has, and no other of its tools', () => {
  const known = new Set(TYPESCRIPT.map(([title]) => title.replace(/:.*/, '')))
  expect([...typesOfSdk()].filter((type) => !known.has(type))).toEqual([])
  for (const [title, item] of TYPESCRIPT) {
    expect(protocol.ModelItem.safeParse(item), title).toMatchObject({ success: true })
  }
})

test('tells the same in SQL, of every type', async () => {
  const driver = betterSqlite3Driver(':memory:')
  const items = [...ALL.map(([, item]) => item), ...TYPESCRIPT.map(([, item]) => toResponsesItem(item))]
  await new SessionStore<object>(driver).append('s', items)
  const columns = ['id as row']
  const sql = `with ${itemsSql({ messages: 'agent_messages', columns })} select kind, type, role, tool, link, status, asks_approval from item order by row`
  const [found] = await driver.batch([{ sql }])
  const told = items.map((item) => {
    const { kind, type, role, tool, link, status, approval } = readItem(item)
    const asks = approval === 'asked' ? 1 : 0
    const isTool = kind === 'call' || kind === 'result'
    return [
      kind,
      type,
      role,
      kind === 'call' ? tool : undefined,
      link,
      isTool ? status : undefined,
      asks,
    ].map((one) => one ?? null)
  })
  expect(found?.rows).toEqual(told)
  const [fields] = await driver.batch([{ sql: `select ${itemFieldsSql()} from agent_messages order by id` }])
  expect(fields?.rows.map(([one]) => identifyFields(one as string))).toEqual(
    items.map((item) => identifyItem(item)),
  )
  await driver.close()
})

interface Correlation {
  readonly resultType: string
  readonly id: string
}

/** How the runner itself pairs calls with results. Not exported, so it is loaded by its path. */
async function ofSdk() {
  const main = createRequire(import.meta.url).resolve('@openai/agents-core')
  const path = join(dirname(main), 'runner/toolResultCorrelation.mjs')
  return (await import(pathToFileURL(path).href)) as {
    getToolResultCorrelationForCall(item: unknown): Correlation | undefined
    getToolResultCorrelationForResult(item: unknown): Correlation | undefined
  }
}

test('pairs calls with results as the SDK does', async () => {
  const { getToolResultCorrelationForCall, getToolResultCorrelationForResult } = await ofSdk()
  const items = TYPESCRIPT.map(([, item]) => item)
  const key = (correlation: Correlation | undefined) => correlation && JSON.stringify(correlation)
  const calls = items.map((item) => key(getToolResultCorrelationForCall(item)))
  const pairs = pairResults(items.map(readItem))
  for (const [place, item] of items.entries()) {
    const result = key(getToolResultCorrelationForResult(item))
    const { kind, link } = readItem(item)
    expect([calls[place] !== undefined, result !== undefined]).toEqual([
      kind === 'call' && link !== undefined,
      kind === 'result' && link !== undefined,
    ])
    if (result !== undefined) expect(pairs.get(place)).toBe(calls.lastIndexOf(result, place))
  }
})

test('tells in SQL in whose words an item is, as otherwise', async () => {
  const driver = betterSqlite3Driver(':memory:')
  const both = [
    ...TYPESCRIPT.map(([, item]) => toResponsesItem(item)),
    ...PYTHON.map(([, item]) => fromResponsesItem(item)),
  ]
  const answer = { role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] }
  const byHand = [answer, { ...answer, status: 'completed' }, { ...answer, status: null }]
  const items = [...ALL.map(([, item]) => item), ...both, ...byHand]
  await new SessionStore<object>(driver).append('s', items)
  const [found] = await driver.batch([{ sql: `select ${itemWordsSql()} from agent_messages order by id` }])
  expect(found?.rows.map(([words]) => words)).toEqual(items.map((item) => itemWords(item)))
  await driver.close()
})
