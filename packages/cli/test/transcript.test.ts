import { once } from 'node:events'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { output, persql, start } from './support/persql.ts'
import { append, type Item, SAME_TIMES, seed, user } from './support/seed.ts'

const CONVERSATION: Item[] = [
  user('What is the weather in Oslo?'),
  {
    type: 'function_call',
    callId: 'c1',
    name: 'get_weather',
    arguments: '{"city":"Oslo"}',
    status: 'completed',
  },
  {
    type: 'function_call_result',
    callId: 'c1',
    name: 'get_weather',
    status: 'completed',
    output: { type: 'text', text: '7 °C' },
  },
  { type: 'reasoning', content: [{ type: 'input_text', text: 'Cold.' }] },
  {
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [
      { type: 'output_text', text: 'It is 7 °C.\nTake a coat.' },
      { type: 'refusal', refusal: 'No more.' },
    ],
  },
  {
    role: 'user',
    content: [
      { type: 'input_text', text: 'And this?' },
      { type: 'input_image', image: `data:image/png;base64,${'A'.repeat(4000)}` },
      { type: 'input_image', image: new Uint8Array(3) },
      { type: 'input_file', file: { url: 'https://example.com/a.pdf' }, filename: 'a.pdf' },
      { type: 'audio', audio: 'AAAA', transcript: 'Hello?' },
    ],
  },
  { type: 'function_call', callId: 'c2', name: 'transfer_to_billing', arguments: '{}', status: 'completed' },
  {
    type: 'function_call_result',
    callId: 'c2',
    name: 'transfer_to_billing',
    status: 'completed',
    output: '{"assistant":"billing"}',
  },
  { type: 'function_call', callId: 'c3', name: 'refund', arguments: 'not json', status: 'in_progress' },
  { type: 'hosted_tool_call', name: 'mcp_approval_request', arguments: '{"id":7}', status: 'completed' },
  { type: 'shell_call', callId: 'c4', action: { commands: ['ls'] } },
]

test('shows roles, calls with arguments and results, reasoning, handoffs, approvals, media and times', async () => {
  const db = temporaryPaths()('agents.db')
  await seed(db, { 'user-42': CONVERSATION }, SAME_TIMES)
  expect(await output(['sessions', 'show', 'user-42', '--db', db])).toMatchInlineSnapshot(`
    "user-42  11 items  2026-01-31 23:59:59 – 2026-01-31 23:59:59

    user  2026-01-31 23:59:59  #1
      What is the weather in Oslo?

    calls get_weather  2026-01-31 23:59:59  #2
      {
        "city": "Oslo"
      }

    get_weather result  2026-01-31 23:59:59  #3
      7 °C

    reasoning  2026-01-31 23:59:59  #4
      Cold.

    assistant  2026-01-31 23:59:59  #5
      It is 7 °C.
      Take a coat.
      [refused] No more.

    user  2026-01-31 23:59:59  #6
      And this?
      [image, image/png, 3.0 kB]
      [image, 3 bytes]
      [file, a.pdf, https://example.com/a.pdf]
      [audio, AAAA]
      Hello?

    hands over to billing  2026-01-31 23:59:59  #7
      {}

    handoff to billing result  2026-01-31 23:59:59  #8
      {
        "assistant": "billing"
      }

    calls refund (in progress)  2026-01-31 23:59:59  #9
      not json

    mcp approval request  2026-01-31 23:59:59  #10
      {
        "id": 7
      }

    calls shell  2026-01-31 23:59:59  #11
      {
        "commands": [
          "ls"
        ]
      }

    "
  `)
})

test('shows what the Python SDK writes', async () => {
  const db = temporaryPaths()('agents.db')
  const items: Item[] = [
    { role: 'user', content: 'Hi' },
    { type: 'reasoning', id: 'r1', summary: [{ type: 'summary_text', text: 'A greeting.' }] },
    { type: 'function_call', call_id: 'c1', name: 'lookup', arguments: '{"q": 1}' },
    { type: 'function_call_output', call_id: 'c1', output: '[1, 2]' },
    { type: 'web_search_call', id: 'w1', status: 'failed', action: { type: 'search', query: 'x' } },
  ]
  await seed(db, { s: items }, SAME_TIMES)
  expect(await output(['sessions', 'show', 's', '--db', db])).toMatchInlineSnapshot(`
    "s  5 items  2026-01-31 23:59:59 – 2026-01-31 23:59:59

    user  2026-01-31 23:59:59  #1
      Hi

    reasoning  2026-01-31 23:59:59  #2
      A greeting.

    calls lookup  2026-01-31 23:59:59  #3
      {
        "q": 1
      }

    lookup result  2026-01-31 23:59:59  #4
      [
        1,
        2
      ]

    calls web_search (failed)  2026-01-31 23:59:59  #5
      {
        "type": "search",
        "query": "x"
      }

    "
  `)
})

test('shows what hosted tools were asked and what they answered, and no base64', async () => {
  const db = temporaryPaths()('agents.db')
  const base64 = 'iVBORw0KGgo1'.repeat(400)
  const hosted = (name: string, providerData: object, more: object = {}) => ({
    ...{ type: 'hosted_tool_call', name, status: 'completed' },
    ...{ providerData: { type: name, ...providerData }, ...more },
  })
  const items: Item[] = [
    hosted('code_interpreter_call', { code: 'print(1)', outputs: [{ type: 'logs', logs: '1' }] }),
    hosted('web_search_call', { action: { type: 'search', query: 'x' } }),
    hosted('file_search_call', {
      queries: ['a', 'b'],
      results: [{ filename: 'r.md', score: 0.9, text: 'Found\nhere' }],
    }),
    hosted('image_generation_call', { revised_prompt: 'A cat' }, { output: base64 }),
    hosted('mcp_call', { name: 'fetch', server_label: 'web', arguments: '{"u":1}' }, { output: 'page' }),
    hosted('mcp_approval_request', { id: 'm', name: 'pay', server_label: 'shop', arguments: '{}' }),
    {
      type: 'hosted_tool_call',
      name: 'mcp_approval_response',
      providerData: { approval_request_id: 'm', approve: false, reason: 'no' },
    },
    { type: 'computer_call', callId: 'c', actions: [{ type: 'wait' }, { type: 'type', text: 'hi' }] },
    { type: 'computer_call_result', callId: 'c', output: { type: 'computer_screenshot', data: base64 } },
    { type: 'shell_call', callId: 's', action: { commands: ['ls'] } },
    {
      type: 'shell_call_output',
      callId: 's',
      output: [{ stdout: 'a', stderr: 'no b', outcome: { type: 'exit', exitCode: 2 } }],
    },
    { type: 'apply_patch_call', callId: 'p', operation: { type: 'create_file', path: 'a.ts', diff: '+a' } },
    { type: 'apply_patch_call_output', callId: 'p', status: 'failed', output: 'no' },
    { type: 'program', callId: 'g', code: 'await f()', fingerprint: '' },
    { type: 'program_output', callId: 'g', output: 'done', status: 'completed' },
    { type: 'tool_search_call', arguments: { query: 'x' }, providerData: { call_id: 't' } },
    { type: 'tool_search_output', tools: [{ name: 'f' }], providerData: { call_id: 't' } },
    {
      type: 'function_call_result',
      callId: 'gone',
      name: 'look',
      status: 'completed',
      output: JSON.stringify({ image: base64 }),
    },
    { type: 'unknown', providerData: { type: 'moon', image: base64 } },
  ]
  await seed(db, { s: items }, SAME_TIMES)
  const shown = await output(['sessions', 'show', 's', '--db', db])
  expect(shown.replace(/ {2}2026-01-31 23:59:59/g, '')).toMatchInlineSnapshot(`
    "s  19 items – 2026-01-31 23:59:59

    calls code_interpreter  #1
      print(1)
      1

    calls web_search  #2
      {
        "type": "search",
        "query": "x"
      }

    calls file_search  #3
      a
      b
      r.md (0.90):
      Found
      here

    calls image_generation  #4
      A cat
      [image, 3.6 kB]

    calls fetch  #5
      {
        "u": 1
      }
      page

    mcp approval request: pay  #6
      {}
      server: shop

    mcp approval response  #7
      rejected
      reason: no

    calls computer  #8
      {
        "type": "wait"
      }
      {
        "type": "type",
        "text": "hi"
      }

    computer result  #9
      [image, 3.6 kB]

    calls shell  #10
      {
        "commands": [
          "ls"
        ]
      }

    shell result  #11
      a
      stderr: no b
      exit code 2

    calls apply_patch  #12
      create file a.ts
      +a

    apply_patch result (failed)  #13
      no

    calls program  #14
      await f()

    program result  #15
      done

    calls tool_search  #16
      {
        "query": "x"
      }

    tool_search result  #17
      [
        {
          "name": "f"
        }
      ]

    look result  #18
      {
        "image": "[base64, 3.6 kB]"
      }

    moon  #19
      {
        "type": "moon",
        "image": "[base64, 3.6 kB]"
      }

    "
  `)
  expect(await output(['sessions', 'show', 's', '--db', db, '--full'])).not.toContain('iVBORw0KGgo1')
})

test('never lets stored text steer the terminal', async () => {
  const db = temporaryPaths()('agents.db')
  const hostile = '\u001b]0;owned\u0007\u001b[2J\u009b31m\r\u0008\u202egnp.exe\u2066\u2028\u{e0041}\u0000'
  const id = `id${hostile.replace('\u0000', '')}`
  const items: Item[] = [
    user(hostile),
    { type: hostile, [hostile]: hostile },
    { type: 'function_call', callId: hostile, name: hostile, arguments: hostile, status: 'completed' },
    { role: hostile, content: [{ type: 'input_file', filename: hostile, file: hostile }] },
  ]
  const corrupt = {
    sql: 'insert into agent_messages (session_id, message_data) values (?, ?)',
    params: [id, hostile],
  }
  await seed(db, { [id]: items }, [
    corrupt,
    { sql: 'update agent_messages set created_at = ?', params: [hostile] },
  ])
  const runs = [
    ['sessions', 'show', id],
    ['sessions', 'show', id, '--json'],
    ['sessions', 'list'],
    ['sessions', 'list', '--json'],
    ['sessions', 'search', 'owned'],
    ['sessions', 'search', 'owned', '--json'],
    ['sessions', 'stats'],
    ['sessions', 'export'],
    ['doctor'],
    ['query', 'select * from agent_messages'],
    ['query', 'select * from agent_messages', '--json'],
    ['query', `select * from "${hostile.replace('\u0000', '')}"`],
    ['sessions', 'show', `${id}!`],
    ['sessions', hostile.replace('\u0000', '')],
  ]
  for (const args of runs) {
    const { stdout, stderr } = await persql([...args], { env: { PERSQL_DATABASE: db } })
    // Exports are for programs: JSON with nothing but the escapes that JSON needs.
    const steering = args[1] === 'export' ? /[[\p{Cc}&&\p{ASCII}]--\n]/v : STEERING
    expect(stdout + stderr, args.join(' ')).not.toMatch(steering)
    expect(stdout + stderr).not.toBe('')
  }
})

const STEERING = /[[\p{Cc}\p{Bidi_Control}\u2028\u2029\u{e0000}-\u{e007f}]--[\n\t]]/v

test('cuts long texts, unless it is told not to', async () => {
  const db = temporaryPaths()('agents.db')
  await seed(db, { s: [user('x'.repeat(5000))] })
  const short = await output(['sessions', 'show', 's', '--db', db])
  expect(short).toContain('… 3,000 more characters (--full)')
  expect(await output(['sessions', 'show', 's', '--db', db, '--full'])).toContain('x'.repeat(5000))
})

test('shows only the latest items, and corrupt rows as what they are', async () => {
  const db = temporaryPaths()('agents.db')
  const corrupt = { sql: `insert into agent_messages (session_id, message_data) values ('s', '{"cut')` }
  await seed(db, { s: [user('one'), user('two')] }, [corrupt, ...SAME_TIMES])
  const lines = await output(['sessions', 'show', 's', '--last', '2', '--json', '--db', db])
  expect(
    lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { row: 2, createdAt: '2026-01-31T23:59:59Z', item: { role: 'user', content: 'two' } },
    { row: 3, createdAt: '2026-01-31T23:59:59Z', corrupt: true, text: '{"cut' },
  ])
})

test('follows a session: new items, a rewritten history, and an end with status 130', async () => {
  const db = temporaryPaths()('agents.db')
  await append(db, 's', user('one'))
  const child = start(['sessions', 'show', 's', '--follow', '--db', db])
  let seen = ''
  const shows = async (text: string) => {
    while (!seen.includes(text)) seen += String((await once(child.stdout!, 'data'))[0])
  }
  await shows('one')
  await append(db, 's', user('two'))
  await shows('two')
  await seed(db, {}, [
    { sql: 'delete from agent_messages' },
    {
      sql: `insert into agent_messages (session_id, message_data) values ('s', '{"role":"user","content":"three"}')`,
    },
  ])
  await shows('three')
  expect(seen).toContain('the history was rewritten')
  child.kill('SIGINT')
  expect((await once(child, 'exit'))[0]).toBe(130)
})
