import type { SqlDriver } from '@persql/session-core'
import { SessionStore } from '@persql/session-core'

/** Calls what the test listens to, or loads what it would see. */
export const PAYLOADS = [
  '<script>ran("script")</script>',
  '<img src=x onerror=ran("img")>',
  '"><svg/onload=ran("svg")>',
  `'><iframe srcdoc='<script>parent.ran("iframe")</script>'></iframe>`,
  '<a href="javascript:ran(1)" style="position:fixed;inset:0">click</a>',
  '[click](javascript:ran("link")) [two](JaVaScRiPt:ran(2)) [three](data:text/html,<script>ran(3)</script>)',
  '[four](vbscript:ran(4)) <javascript:ran(5)> [five]: javascript:ran(6)\n\n[five]',
  '![x](https://evil.example/pixel.png) ![y](x"onerror="ran(7)) ![z](data:image/svg+xml,<svg/onload=ran(8)>)',
  '<style>@import url(https://evil.example/a.css); * { background: url(https://evil.example/b) }</style>',
  '<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example">',
  '</code></pre></textarea></title><script>ran("close")</script>',
  '`<img src=x onerror=ran(9)>`\n```html\n<script>ran(10)</script>\n```',
  '| <img src=x onerror=ran(11)> | b |\n| --- | --- |\n| <script>ran(12)</script> | [x](javascript:ran(13)) |',
  '# <img src=x onerror=ran(14)>\n> <svg onload=ran(15)>\n- <script>ran(16)</script>',
  '<form action="https://evil.example"><input name=a><button>Send</button></form>',
  "{{constructor.constructor('ran(17)')()}} \u0024{ran(18)}",
  '&lt;img src=x onerror=ran(19)&gt; &#60;script&#62;ran(20)&#60;/script&#62;',
  '<link rel="stylesheet" href="https://evil.example/c.css"><object data="https://evil.example/d"></object>',
  '\u202e<details open ontoggle=ran(21)>x</details><math><mtext><img src=x onerror=ran(22)>',
] as const

export const HOSTILE_TABLE = `t"><img src=x onerror=ran("table")>`
export const HOSTILE_COLUMN = `c'"><svg onload=ran("column")>`

/** Stores payloads in every field that there is, and resolves with the ids of the sessions. */
export async function storeHostile(driver: SqlDriver): Promise<string[]> {
  const store = new SessionStore<unknown>(driver)
  const ids = PAYLOADS.map((payload, index) => `${index}/${payload}#%2f?&`.slice(0, 200))
  for (const [index, id] of ids.entries()) {
    const payload = PAYLOADS[index]!
    await store.append(id, itemsOf(payload, index))
    await driver.batch([
      {
        sql: 'insert into agent_messages (session_id, message_data) select ?, value from json_each(?)',
        params: [id, JSON.stringify(rowsOf(payload))],
      },
    ])
  }
  const [table, column] = [HOSTILE_TABLE, HOSTILE_COLUMN].map((name) => `"${name.replaceAll('"', '""')}"`)
  await driver.batch([
    { sql: `create table ${table} (${column} text, n integer, b blob)` },
    ...PAYLOADS.map((payload, index) => ({
      sql: `insert into ${table} values (?, ?, ?)`,
      params: [payload, index, new TextEncoder().encode(payload)],
    })),
  ])
  return ids
}

/** Items as no SDK would write them: a database holds what somebody put there. */
function itemsOf(payload: string, index: number): unknown[] {
  const callId = `${payload}-${index}`
  return [
    { role: 'user', content: payload },
    { role: 'system', content: payload },
    { role: payload, content: [{ type: 'input_text', text: payload }] },
    {
      role: 'assistant',
      status: payload,
      content: [
        { type: 'output_text', text: payload },
        { type: 'refusal', refusal: payload },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'input_image', image: payload },
        { type: 'input_image', image: 'https://evil.example/image.png' },
        { type: 'input_image', image: 'javascript:ran("image")' },
        { type: 'input_image', image: 'data:text/html,<script>ran("data")</script>' },
        { type: 'input_image', image: new TextEncoder().encode(payload), mediaType: payload },
        { type: 'input_file', file: { id: payload }, filename: payload },
        { type: payload, value: payload },
      ],
    },
    {
      type: 'function_call',
      callId,
      name: payload,
      arguments: JSON.stringify({ [payload]: payload }),
      status: payload,
    },
    {
      type: 'function_call_result',
      callId,
      name: payload,
      output: { type: 'text', text: payload },
      status: payload,
    },
    { type: 'function_call', callId: `${callId}2`, name: `transfer_to_${payload}`, arguments: payload },
    {
      type: 'function_call_result',
      callId: `${callId}2`,
      name: `transfer_to_${payload}`,
      output: JSON.stringify({ assistant: payload }),
    },
    {
      type: 'function_call_result',
      callId: `${callId}3`,
      name: payload,
      output: [{ type: 'image', image: payload }],
    },
    {
      type: 'hosted_tool_call',
      name: `mcp_approval_request ${payload}`,
      arguments: payload,
      output: payload,
    },
    { type: 'reasoning', content: [{ type: 'input_text', text: payload }], rawContent: payload },
    { type: payload, [payload]: payload },
    { type: 'compaction', encrypted_content: payload },
    {
      type: 'code_interpreter_call',
      code: payload,
      outputs: [
        { type: 'logs', logs: payload },
        { type: 'image', url: payload },
      ],
    },
    {
      type: 'file_search_call',
      queries: [payload],
      results: [{ filename: payload, text: payload, score: 1 }],
    },
    { type: 'image_generation_call', revised_prompt: payload, result: payload, output_format: payload },
    { type: 'mcp_call', name: payload, arguments: payload, output: payload, error: payload },
    { type: 'mcp_approval_request', id: callId, name: payload, server_label: payload, arguments: payload },
    { type: 'mcp_approval_response', approval_request_id: callId, approve: false, reason: payload },
    { type: 'shell_call_output', callId, output: [{ stdout: payload, stderr: payload, outcome: payload }] },
    { type: 'apply_patch_call', callId, operation: { type: payload, path: payload, diff: payload } },
    { role: 'user', content: [{ type: 'audio', audio: payload, format: payload, transcript: payload }] },
  ]
}

/** Rows of JSON that is no item. */
function rowsOf(payload: string): string[] {
  return [
    payload,
    `{"role":"user","content":"${payload}`,
    JSON.stringify([payload]),
    JSON.stringify(payload),
    'null',
  ]
}
