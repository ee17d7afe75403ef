import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProcess } from '@persql/test-support/start-process'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, onTestFinished, test, vi } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { createServer } from '../src/index.ts'
import { startServer } from './support/test-server.ts'

const BIN = join(import.meta.dirname, '..', 'src', 'bin.ts')

/** Runs the binary. It is stopped by `stop`, or with the test. */
async function start(options: string[], env: Record<string, string> = {}) {
  const output = startProcess(process.execPath, [BIN, ...options], { env, cwd: temporaryFolder() })
  onTestFinished(() => output.stop('SIGKILL'))
  const isUp = output.printed(/\/reference\n/)
  await isUp.catch(() => {})
  const url = /http:\S+(?=,)/.exec(output.stderr)?.[0] ?? ''
  const me = async (token: string | undefined) =>
    (await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status
  const exit = output.ended
  const stop = () => output.stop().then(() => exit)
  return { output, url, me, stop, exit }
}

const tokenIn = ({ stderr }: { readonly stderr: string }) => /shown only now: (\S+)\n/.exec(stderr)?.[1]

test('prints the admin token in the first run only, and never into the log', async () => {
  const data = temporaryFolder()
  const first = await start(['--data', data, '--port', '0'])
  expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const token = tokenIn(first.output) ?? ''
  expect(token).toMatch(/^psql_live_/)
  expect(await first.me(token)).toBe(200)
  expect(await first.stop()).toBe(0)
  const second = await start(['--data', data, '--port', '0'])
  expect(await second.me(token)).toBe(200)
  expect(await second.stop()).toBe(0)
  expect(tokenIn(second.output)).toBe(undefined)
  expect(first.output.stdout + second.output.stdout + second.output.stderr).not.toContain(token)
})

test('takes empty variables and addresses for none', async () => {
  const options = ['--data', temporaryFolder(), '--port', '0', '--host', '']
  const server = await start(options, { PERSQL_ADMIN_TOKEN: '' })
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(await server.me(tokenIn(server.output))).toBe(200)
  const nowhere = await start(['--data', ''])
  expect([await nowhere.exit, nowhere.output.stderr]).toEqual([
    2,
    'persql-server: data: the path of a folder.\n',
  ])
})

test('says which port is in use, and which folder cannot be made', async () => {
  const server = await start(['--port', '0'])
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const taken = await start(['--port', new URL(server.url).port])
  expect([await taken.exit, taken.output.stderr]).toEqual([
    1,
    expect.stringMatching(/^persql-server: Port \d+ of 127\.0\.0\.1 is in use\. Give another port or host/),
  ])
  const noFolder = await start(['--data', file])
  expect([await noFolder.exit, noFolder.output.stderr]).toEqual([
    1,
    expect.stringMatching(/^persql-server: The folder ".*file" cannot be made \(EEXIST\)\. Give one/),
  ])
})

test('tells which pages may use MCP', async () => {
  const server = await start([
    '--port',
    '0',
    '--mcp-origin',
    'https://a.example',
    '--mcp-origin',
    'https://b.example',
  ])
  for (const origin of ['https://a.example', 'https://b.example']) {
    const { headers } = await fetch(`${server.url}/mcp`, { method: 'OPTIONS', headers: { origin } })
    expect(headers.get('access-control-allow-origin')).toBe(origin)
  }
})

test('writes its log as one JSON object a line, and nothing but failures with --quiet', async () => {
  const loud = await start(['--port', '0'])
  await loud.me('x')
  await loud.stop()
  const entries = loud.output.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(entries.map(({ event }) => event)).toEqual(['start', 'request', 'signal', 'stop'])
  expect(entries[1]).toMatchObject({ level: 'info', method: 'GET', route: '/v1/me', status: 401 })
  for (const { time } of entries) expect(new Date(time).toISOString()).toBe(time)
  const quiet = await start(['--port', '0', '--quiet'])
  await quiet.me('x')
  await quiet.stop()
  expect(quiet.output.stdout).toBe('')
})

test('takes its admin token from PERSQL_ADMIN_TOKEN, and does not print it', async () => {
  const token = 'a-token-of-my-own.1'
  const { output, me, stop } = await start(['--port', '0'], { PERSQL_ADMIN_TOKEN: token })
  expect(await me(token)).toBe(200)
  await stop()
  expect(output.stdout + output.stderr).not.toContain(token)
})

test('takes an empty PERSQL_ADMIN_TOKEN for none', async () => {
  const { output, me } = await start(['--port', '0'], { PERSQL_ADMIN_TOKEN: '' })
  expect(await me(tokenIn(output))).toBe(200)
})

test.each([
  [2, 'an option that there is not', ['--prot', '1'], {}, "Unknown option '--prot'"],
  [2, 'a port that is none', ['--port', 'http'], {}, 'port: 0 to 65535.'],
  [2, 'a port too large', ['--port', '65536'], {}, 'port: 0 to 65535.'],
  [2, 'a namespace that is no slug', ['--port', '0', '--namespace', '../x'], {}, 'namespace: lower case'],
  [2, 'a short token', ['--port', '0'], { PERSQL_ADMIN_TOKEN: 'secret' }, 'adminToken: 16 to 200'],
  [1, 'an address that is not here', ['--port', '0', '--host', '203.0.113.1'], {}, 'EADDRNOTAVAIL'],
] as const)(
  'ends with status %i and a line that says what is wrong: %s',
  async (status, _, options, env, message) => {
    const { output, exit } = await start([...options], env)
    expect(await exit).toBe(status)
    expect(output.stderr).toMatch(/^persql-server: .+\n$/)
    expect(output.stderr).toContain(message)
    expect(output.stdout + output.stderr).not.toContain('secret')
  },
)

test('ends with a line that says what is wrong: a folder that is in use', async () => {
  const { data } = await startServer()
  const { output, exit } = await start(['--data', data, '--port', '0'])
  expect(await exit).toBe(1)
  expect(output.stderr).toBe('persql-server: Another server uses this data folder.\n')
})

test('tells its options', async () => {
  const { output, exit } = await start(['--help'])
  expect(await exit).toBe(0)
  for (const option of ['--data', '--port', '--host', '--namespace', '--no-auto-create', '--quiet']) {
    expect(output.stdout).toContain(option)
  }
})

const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(manifest.engines.node)!.map(Number)

test.each([`${major}.${minor! - 1}.9`, `${major! - 1}.99.0`, '9.0.0'])(
  'refuses Node.js %s, older than the manifest allows, before it makes a folder',
  async (node) => {
    const data = join(temporaryFolder(), 'data')
    vi.stubGlobal('process', Object.create(process, { versions: { value: { node } } }))
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    await expect(createServer({ data })).rejects.toThrow(
      `This is Node.js ${node}; the server needs ${major}.${minor} or later.`,
    )
    expect(existsSync(data)).toBe(false)
  },
)
