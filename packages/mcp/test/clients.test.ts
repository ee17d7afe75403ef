import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Agent, MCPServerStdio, run, setTracingDisabled } from '@openai/agents'
import { assistantMessage, functionCall, modelResponder, ScriptedModel } from '@openai/agents-core/testing'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, onTestFinished, test } from 'vitest'
import { connect, serverCommand } from './support/connect.ts'

setTracingDisabled(true)

test('an agent of the Agents SDK uses the tools in a run', async () => {
  const path = join(temporaryFolder(), 'agents.db')
  const server = new MCPServerStdio({ name: 'persql', ...serverCommand('better-sqlite3', path) })
  await server.connect()
  onTestFinished(() => server.close())
  const statements = [
    { sql: 'create table note (body text)' },
    { sql: 'insert into note values (?)', params: ['hi'] },
  ]
  const model = new ScriptedModel([
    [functionCall('batch', { statements }, { callId: 'c1' })],
    [functionCall('query', { sql: 'selec' }, { callId: 'c2' })],
    [functionCall('query', { sql: 'select body from note' }, { callId: 'c3' })],
    modelResponder(({ request }) => {
      const results = (typeof request.input === 'string' ? [] : request.input).filter(
        (item) => item.type === 'function_call_result',
      )
      return [assistantMessage(JSON.stringify(results.map(({ output }) => output)))]
    }),
  ])
  const agent = new Agent({ name: 'Clerk', model, mcpServers: [server] })
  const { finalOutput } = await run(agent, 'Make a note.')
  expect(finalOutput).toContain('syntax_error')
  expect(finalOutput).toContain(String.raw`\"rows\":[[\"hi\"]]`)
})

test('the inspector finds nothing to complain about, and calls a tool, a resource and a prompt', async () => {
  const home = temporaryFolder()
  const path = join(home, 'agents.db')
  const { call, client } = await connect('better-sqlite3', { path })
  await call('batch', { statements: [{ sql: 'create table note (body text)' }] })
  const { tools: listed } = await client.listTools()
  await client.close()
  const { command, args } = serverCommand('better-sqlite3', path)
  const inspect = (...options: string[]) => inspector(home, command, ...args, ...options)
  const { tools } = await inspect('--method', 'tools/list', '--strict')
  expect(tools).toHaveLength(listed.length)
  const called = await inspect(
    '--method',
    'tools/call',
    '--tool-name',
    'query',
    '--tool-arg',
    'sql=select count(*) as notes from note',
  )
  expect(called.structuredContent).toMatchObject({ columns: ['notes'], rows: [[0]] })
  const read = await inspect('--method', 'resources/read', '--uri', 'persql://main/schema')
  expect(read.contents).toMatchObject([{ text: 'CREATE TABLE note (body text);\n' }])
  const { prompts } = await inspect('--method', 'prompts/list')
  expect(prompts).toHaveLength(2)
})

/** Runs the official inspector without its browser, and reads what it prints. It exits with 6 for bad schemas. */
async function inspector(home: string, ...options: string[]) {
  const require = createRequire(import.meta.url)
  const folder = dirname(require.resolve('@modelcontextprotocol/inspector/package.json'))
  const bin = join(folder, require('@modelcontextprotocol/inspector/package.json').bin.inspector)
  const { stdout } = await promisify(execFile)(process.execPath, [bin, '--cli', ...options], {
    env: { ...process.env, HOME: home },
  })
  return JSON.parse(stdout)
}
