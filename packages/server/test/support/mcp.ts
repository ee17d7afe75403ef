import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { onTestFinished } from 'vitest'
import type { TestServer } from './test-server.ts'

/** Which of its protocols the server is asked in: the one of 2026, or those of 2025. */
export type Era = 'auto' | 'legacy'

interface ToolAnswer {
  readonly isError: boolean
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it in many ways.
  readonly data: any
}

export interface McpConnection {
  readonly client: Client
  /** The JSON of the result, or of the error. */
  call(tool: string, args?: Record<string, unknown>): Promise<ToolAnswer>
}

export async function connectMcp(url: string, token: string, era: Era = 'auto'): Promise<McpConnection> {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: era } })
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }))
  onTestFinished(() => client.close())
  return {
    client,
    async call(name, args = {}) {
      const { isError = false, content, structuredContent } = await client.callTool({ name, arguments: args })
      const [first] = content
      const data = first?.type === 'text' ? JSON.parse(first.text) : undefined
      if (!isError && JSON.stringify(structuredContent) !== JSON.stringify(data)) {
        throw new Error('The text and the structured content differ.')
      }
      return { isError, data }
    },
  }
}

/** Two sessions in the database `main`: ada asks for a refund and a tool is called, grace says one thing. */
export async function addSessions({ batch }: TestServer): Promise<void> {
  const items: [session: string, time: string, item: unknown][] = [
    ['ada', '2026-02-28 09:00:00', { role: 'user', content: 'Refund order 7, please. It\u2019s broken.' }],
    [
      'ada',
      '2026-02-28 09:00:01',
      { type: 'function_call', callId: 'c1', name: 'refund', arguments: '{"order":7}', status: 'completed' },
    ],
    [
      'ada',
      '2026-02-28 09:00:02',
      {
        type: 'function_call_result',
        callId: 'c1',
        name: 'refund',
        status: 'completed',
        output: { type: 'text', text: 'error: order 7 is closed' },
      },
    ],
    [
      'ada',
      '2026-02-28 09:00:03',
      {
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'I could not refund it.' }],
      },
    ],
    ['grace', '2026-02-28 10:00:00', { role: 'user', content: '払い戻しをお願いします' }],
  ]
  const { status, body } = await batch(
    'main',
    [
      {
        sql: 'create table agent_sessions (session_id text primary key, created_at timestamp default current_timestamp, updated_at timestamp default current_timestamp)',
      },
      {
        sql: 'create table agent_messages (id integer primary key autoincrement, session_id text not null references agent_sessions (session_id) on delete cascade, message_data text not null, created_at timestamp default current_timestamp)',
      },
      ...['ada', 'grace'].map((id) => {
        const times = items.filter(([session]) => session === id).map(([, time]) => time)
        return { sql: 'insert into agent_sessions values (?, ?, ?)', params: [id, times[0], times.at(-1)] }
      }),
      ...items.map(([session, time, item]) => ({
        sql: 'insert into agent_messages (session_id, message_data, created_at) values (?, ?, ?)',
        params: [session, JSON.stringify(item), time],
      })),
    ],
    { transaction: true },
  )
  if (status !== 200) throw new Error(body.error)
}
