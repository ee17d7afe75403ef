import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from './free-port.ts'
import { type Registry, startRegistry } from './registry.ts'
import { publishRelease } from './release.ts'
import { runCommand } from './run-command.ts'
import { installRuntime } from './runtimes.ts'

const isWanted = process.env['PERSQL_TEST_INSTALLS'] === '1'
if (!isWanted) {
  console.warn(
    'SKIPPED: fresh installs on Node.js 22, 24 and 26, Deno, Bun and workerd. Set PERSQL_TEST_INSTALLS=1.',
  )
}

const MINUTES = 60_000
const PACKAGES = [
  '@openai/agents',
  '@persql/driver-better-sqlite3',
  '@persql/driver-persql',
  '@persql/driver-sqljs',
  '@persql/kysely',
  '@persql/openai-agents',
  '@persql/sdk',
  '@persql/session-core',
  'better-sqlite3',
  'kysely',
  'sql.js',
  'zod',
]
const DATABASES = ['better-sqlite3', 'sql.js', 'kysely', 'persql, local mode', 'persql']

describe.skipIf(!isWanted)('a release, installed from a registry into a fresh project', () => {
  const folder = mkdtempSync(join(tmpdir(), 'compat-'))
  const token = `psql_live_${randomUUID().replaceAll('-', '')}`
  let registry: Registry
  let binaries: Record<string, string>
  let server: { url: string; close(): void }

  beforeAll(async () => {
    registry = await startRegistry(join(folder, 'registry'))
    await publishRelease(join(folder, 'release'), registry)
    binaries = {}
    for (const name of ['node@22', 'node@24', 'node@26', 'deno', 'bun']) {
      binaries[name] = await installRuntime(join(folder, 'runtimes'), name)
    }
    const project = await freshProject('server', 'node@24', ['@persql/server'])
    server = await startServer(project)
  }, 15 * MINUTES)

  afterAll(() => {
    server?.close()
    registry?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Its environment is the one of somebody who has that version of Node.js. */
  async function freshProject(name: string, node: string, packages: readonly string[]) {
    const cwd = join(folder, 'projects', name)
    mkdirSync(cwd, { recursive: true })
    cpSync(join(import.meta.dirname, 'programs'), cwd, { recursive: true })
    writeFileSync(join(cwd, 'package.json'), '{"private":true,"type":"module"}')
    const env = { ...registry.env, PATH: [binaries[node], process.env['PATH']].join(delimiter) }
    await runCommand('npm', ['install', ...packages], { cwd, env })
    return { cwd, env }
  }

  async function startServer({ cwd, env }: { cwd: string; env: Record<string, string> }) {
    const port = await freePort()
    const child = spawn(
      'npx',
      ['persql-server', '--data', 'data', '--port', String(port), '--namespace', 'acme'],
      {
        cwd,
        env: { ...process.env, ...env, PERSQL_ADMIN_TOKEN: token },
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      },
    )
    await new Promise((resolve) => child.stdout.once('data', resolve))
    return { url: `http://127.0.0.1:${port}`, close: () => process.kill(-child.pid!) }
  }

  const remote = () => ({ PERSQL_API_URL: server.url, PERSQL_TOKEN: token })

  test.each(['node@22', 'node@24', 'node@26'])(
    'holds a conversation of two turns on every driver on %s, also through require',
    async (node) => {
      const { cwd, env } = await freshProject(node, node, [...PACKAGES, '@persql/server'])
      const printed = await runCommand('node', ['conversation.mjs', node, ...DATABASES], {
        cwd,
        env: { ...env, ...remote() },
      })
      expect(printed.trim().split('\n')).toEqual(DATABASES)
      expect(await runCommand('node', ['require.cjs'], { cwd, env })).toBe('1\n1\n')
    },
    10 * MINUTES,
  )

  test.each([
    ['deno', ['run', '--allow-all']],
    ['bun', ['run']],
  ])(
    'holds a conversation of two turns on every driver on %s',
    async (runtime, args) => {
      const { cwd, env } = await freshProject(runtime, 'node@24', PACKAGES)
      const printed = await runCommand(
        join(binaries[runtime]!, runtime),
        [...args, 'conversation.mjs', runtime, ...DATABASES],
        { cwd, env: { ...env, ...remote() } },
      )
      expect(printed.trim().split('\n')).toEqual(DATABASES)
    },
    10 * MINUTES,
  )

  test(
    'holds a conversation of two turns over HTTP in workerd',
    async () => {
      const { cwd, env } = await freshProject('workerd', 'node@24', [...PACKAGES, 'esbuild', 'miniflare'])
      const printed = await runCommand('node', ['serve-worker.mjs'], { cwd, env: { ...env, ...remote() } })
      expect(JSON.parse(printed)).toEqual(['1 items', '3 items'])
    },
    10 * MINUTES,
  )

  test.each([
    ['nodenext', 'nodenext'],
    ['bundler', 'esnext'],
  ])(
    'type-checks with all declarations under moduleResolution %s',
    async (moduleResolution, module) => {
      const packages = [
        ...PACKAGES,
        '@persql/server',
        'typescript',
        'vitest',
        '@types/node',
        '@types/better-sqlite3',
      ]
      const { cwd, env } = await freshProject(`types-${moduleResolution}`, 'node@24', packages)
      const compilerOptions = {
        module,
        moduleResolution,
        target: 'es2023',
        lib: ['es2024', 'esnext.disposable', 'dom'],
        strict: true,
        skipLibCheck: false,
        noEmit: true,
        types: ['node'],
      }
      writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }))
      const errors = await runCommand('npx', ['tsc', '--pretty', 'false'], { cwd, env }).then(
        () => [],
        ({ message }: Error) => message.split('\n').filter((line) => /^\S+\(\d+,\d+\): error/.test(line)),
      )
      // The declarations of the Agents SDK and of vitest have errors of their own.
      expect(errors.filter((line) => !/^node_modules\/(?!@persql\/)/.test(line))).toEqual([])
    },
    10 * MINUTES,
  )
})
