import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Agent, MCPServerStreamableHttp, run, setTracingDisabled } from '@openai/agents'
import { assistantMessage, functionCall, modelResponder, ScriptedModel } from '@openai/agents-core/testing'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, onTestFinished, test } from 'vitest'
import { addSessions } from './support/mcp.ts'
import { startServer } from './support/test-server.ts'

setTracingDisabled(true)

test('an agent of the Agents SDK uses the endpoint in a run', async () => {
  const target = await startServer()
  await addSessions(target)
  const mcp = new MCPServerStreamableHttp({
    name: 'persql',
    url: `${target.server.url}/mcp`,
    requestInit: { headers: { authorization: `Bearer ${await target.token({ role: 'readonly' })}` } },
  })
  await mcp.connect()
  onTestFinished(() => mcp.close())
  const database = 'main'
  const model = new ScriptedModel([
    [functionCall('search_sessions', { database, text: 'refund' }, { callId: 'c1' })],
    [functionCall('read_session', { database, sessionId: 'ada' }, { callId: 'c2' })],
    [functionCall('query', { database, sql: 'delete from agent_messages' }, { callId: 'c3' })],
    modelResponder(({ request }) => {
      const items = typeof request.input === 'string' ? [] : request.input
      const results = items.filter((item) => item.type === 'function_call_result')
      return [assistantMessage(JSON.stringify(results.map(({ output }) => output)))]
    }),
  ])
  const agent = new Agent({ name: 'Analyst', model, mcpServers: [mcp] })
  const { finalOutput } = await run(agent, 'What happened to the refund?')
  expect(finalOutput).toContain('order 7 is closed')
  expect(finalOutput).toContain('The token may only read.')
  expect((await target.query('main', 'select count(*) from agent_messages')).body.data.rows).toEqual([[5]])
})

test('the inspector finds nothing to complain about', async () => {
  const target = await startServer()
  await addSessions(target)
  const inspect = (...options: string[]) =>
    inspector(
      '--transport',
      'http',
      '--server-url',
      `${target.server.url}/mcp`,
      '--header',
      `Authorization: Bearer ${target.admin}`,
      '--method',
      ...options,
    )
  const { tools } = await inspect('tools/list', '--strict')
  const names = tools.map(({ name }: { name: string }) => name)
  expect(names).toEqual(expect.arrayContaining(['query', 'list_sessions', 'create_database']))
  const called = await inspect('tools/call', '--tool-name', 'list_sessions', '--tool-arg', 'database=main')
  expect(called.structuredContent.sessions).toHaveLength(2)
  expect((await inspect('resources/list')).resources).toHaveLength(3)
  const prompt = ['--prompt-name', 'investigate_session', '--prompt-args', 'sessionId=ada', 'database=main']
  expect((await inspect('prompts/get', ...prompt)).messages).toHaveLength(1)
})

/** Runs the official inspector without its browser, and reads what it prints. It exits with 6 for bad schemas. */
async function inspector(...options: string[]) {
  const require = createRequire(import.meta.url)
  const file = require.resolve('@modelcontextprotocol/inspector/package.json')
  const bin = join(dirname(file), require(file).bin.inspector)
  const { stdout } = await promisify(execFile)(process.execPath, [bin, '--cli', ...options], {
    env: { ...process.env, HOME: temporaryFolder() },
  })
  return JSON.parse(stdout)
}

test('over stdio, a client serves all databases of its token, and one of them by default', async () => {
  const target = await startServer()
  await addSessions(target)
  const connect = async (token: string, ...name: string[]) => {
    const client = new Client({ name: 'test', version: '1.0.0' })
    const script = join(import.meta.dirname, 'support/serve-stdio.ts')
    const args = [script, target.server.url, ...name]
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args, env: { PERSQL_TOKEN: token } }),
    )
    onTestFinished(() => client.close())
    return async (tool: string, args: Record<string, unknown> = {}) => {
      const { isError, content } = await client.callTool({ name: tool, arguments: args })
      const [first] = content
      return { isError, data: first?.type === 'text' ? JSON.parse(first.text) : undefined }
    }
  }
  const call = await connect(target.admin, 'main')
  expect((await call('list_sessions')).data.sessions).toHaveLength(2)
  await call('create_database', { name: 'other' })
  const other = await call('query', { database: 'other', sql: 'select 1' })
  expect(other.data.rows).toEqual([[1]])
  expect(await call('query', { database: 'typo', sql: 'select 1' })).toEqual({
    isError: true,
    data: { error: 'There is no such database', status: 404 },
  })
  expect((await call('list_databases')).data.databases).toHaveLength(2)

  const reader = await connect(await target.token({ role: 'readonly' }))
  const nameless = await reader('list_sessions')
  expect(nameless.data.error).toContain('database: Invalid input')
  const refused = await reader('batch', {
    database: 'main',
    statements: [{ sql: 'drop table agent_messages' }],
  })
  expect(refused).toMatchObject({ isError: true, data: { status: 403, errorDetail: { kind: 'readonly' } } })
})
