import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePort } from '@persql/test-support/free-port'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageSteps } from '../docs/check/page-steps.ts'
import { type PublicPackage, publicPackages } from './public-packages.ts'
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
const CHROMIUM = process.env['PERSQL_TEST_CHROMIUM']
if (isWanted && !CHROMIUM) {
  console.warn('SKIPPED: a release in a real browser. Set PERSQL_TEST_CHROMIUM to the path of a Chromium.')
}

const MINUTES = 60_000
/** What a program installs beside the packages of the release. */
const PEERS = ['@openai/agents', 'better-sqlite3', 'kysely', 'sql.js', 'zod']
const DATABASES = ['better-sqlite3', 'sql.js', 'kysely', 'persql, local mode', 'persql']

describe.skipIf(!isWanted)('a release, installed from a registry into a fresh project', () => {
  const folder = mkdtempSync(join(tmpdir(), 'compat-'))
  const token = `psql_live_${randomUUID().replaceAll('-', '')}`
  let registry: Registry
  let binaries: Record<string, string>
  let packages: PublicPackage[]
  let server: { url: string; close(): void }

  beforeAll(async () => {
    registry = await startRegistry(join(folder, 'registry'))
    await publishRelease(join(folder, 'release'), registry)
    packages = publicPackages(join(folder, 'release'))
    binaries = {}
    for (const name of ['node@18', 'node@20', 'node@22', 'node@24', 'node@26', 'deno', 'bun']) {
      binaries[name] = await installRuntime(join(folder, 'runtimes'), name)
    }
    server = await startServer(await freshProject('server', 'node@24', ['@persql/server']))
  }, 15 * MINUTES)

  afterAll(async () => {
    server?.close()
    registry?.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }, 5 * MINUTES)

  const releasedNames = () => packages.map(({ name }) => name)
  const entryPoints = () => packages.flatMap((released) => released.entryPoints)
  /** Without those that need a test runner around them; their types are checked. */
  const loadable = () => entryPoints().filter((name) => !name.endsWith('/testing'))

  /** Its environment is the one of somebody who has that version of Node.js. */
  async function freshProject(
    name: string,
    node: string,
    installed: readonly string[],
    manager: 'npm' | 'pnpm' = 'npm',
  ) {
    const cwd = join(folder, 'projects', name)
    mkdirSync(cwd, { recursive: true })
    cpSync(join(import.meta.dirname, 'programs'), cwd, { recursive: true })
    writeFileSync(join(cwd, 'package.json'), '{"private":true,"type":"module"}')
    const env = { ...registry.env, PATH: [binaries[node], process.env['PATH']].join(delimiter) }
    if (manager === 'npm') {
      await runCommand('npm', ['install', ...installed], { cwd, env })
    } else {
      // Each package sees what it asks for, and nothing else. What was published just now is wanted here.
      writeFileSync(join(cwd, 'pnpm-workspace.yaml'), 'hoist: false\nminimumReleaseAge: 0\n')
      await runCommand('npx', ['--yes', 'pnpm@12', 'add', ...installed], { cwd, env })
    }
    return { cwd, env }
  }

  /** What TypeScript reports in these files and in our declarations, not in those of others, which have errors. */
  async function typeErrors({ cwd, env }: { cwd: string; env: Record<string, string> }, options: object) {
    const { files, ...own } = options as { files: readonly string[] }
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2024', 'esnext.disposable', 'dom'],
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      types: ['node'],
      ...own,
    }
    writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
    const errors = await runCommand('npx', ['tsc', '--pretty', 'false'], { cwd, env }).then(
      () => [],
      ({ message }: Error) => message.split('\n').filter((line) => /^\S+\(\d+,\d+\): error/.test(line)),
    )
    return errors.filter((line) => !/^node_modules\/(?!(\.pnpm\/)?@persql)/.test(line))
  }

  /** A program that goes on until it is closed, and what it prints first. */
  async function startProgram(
    command: string,
    args: readonly string[],
    { cwd, env }: { cwd: string; env: Record<string, string> },
  ) {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    const printed = await new Promise((resolve, reject) => {
      child.stdout.once('data', resolve)
      child.once('close', (code) => reject(new Error(`${command} ended with ${code}.`)))
    })
    return { printed: String(printed).trim(), close: () => process.kill(-child.pid!) }
  }

  async function startServer({ cwd, env }: { cwd: string; env: Record<string, string> }) {
    const port = await freePort()
    const args = ['persql-server', '--data', 'data', '--port', String(port), '--namespace', 'acme']
    const { close } = await startProgram('npx', args, { cwd, env: { ...env, PERSQL_ADMIN_TOKEN: token } })
    return { url: `http://127.0.0.1:${port}`, close }
  }

  const remote = () => ({ PERSQL_API_URL: server.url, PERSQL_TOKEN: token })

  test.each(['node@22', 'node@24', 'node@26'])(
    'holds a conversation of two turns on every driver on %s, and loads every entry point and command',
    async (node) => {
      const { cwd, env } = await freshProject(node, node, [...PEERS, ...releasedNames()])
      const printed = await runCommand('node', ['conversation.mjs', node, ...DATABASES], {
        cwd,
        env: { ...env, ...remote() },
      })
      expect(printed.trim().split('\n')).toEqual(DATABASES)

      const loaded = loadable()
      const lines = loaded.map((entryPoint) => expect.stringMatching(`^${entryPoint}: [1-9]`))
      for (const program of ['import.mjs', 'require.cjs']) {
        const output = await runCommand('node', [program, ...loaded], { cwd, env })
        expect(output.trim().split('\n')).toEqual(lines)
      }
      for (const command of packages.flatMap(({ commands }) => commands)) {
        expect(await runCommand('npx', [command, '--help'], { cwd, env })).toContain(command)
      }
    },
    10 * MINUTES,
  )

  test.each([
    ['deno', ['run', '--allow-all']],
    ['bun', ['run']],
  ])(
    'holds a conversation of two turns on every driver on %s, and loads every entry point',
    async (runtime, args) => {
      const { cwd, env } = await freshProject(runtime, 'node@24', [...PEERS, ...releasedNames()])
      const run = (...program: string[]) =>
        runCommand(join(binaries[runtime]!, runtime), [...args, ...program], {
          cwd,
          env: { ...env, ...remote() },
        })
      const printed = await run('conversation.mjs', runtime, ...DATABASES)
      expect(printed.trim().split('\n')).toEqual(DATABASES)

      // The server is a program for Node.js.
      const loaded = loadable().filter((name) => name !== '@persql/server')
      const output = await run('import.mjs', ...loaded)
      expect(output.trim().split('\n')).toHaveLength(loaded.length)
    },
    10 * MINUTES,
  )

  test(
    'holds a conversation of two turns over HTTP in workerd',
    async () => {
      const { cwd, env } = await freshProject('workerd', 'node@24', [
        ...PEERS,
        ...releasedNames(),
        'esbuild',
        'miniflare',
      ])
      const printed = await runCommand('node', ['serve-worker.mjs'], { cwd, env: { ...env, ...remote() } })
      expect(JSON.parse(printed)).toEqual(['1 items', '3 items'])
    },
    10 * MINUTES,
  )

  test.skipIf(!CHROMIUM)(
    'holds a conversation of two turns on every driver in Chromium, after a production build by Vite',
    async () => {
      const { cwd, env } = await freshProject('vite', 'node@24', [...PEERS, ...releasedNames(), 'vite'])
      const page = await startProgram('node', ['serve-page.mjs'], { cwd, env: { ...env, ...remote() } })
      const browser = await chromium.launch({ executablePath: CHROMIUM! })
      try {
        const tab = await browser.newPage()
        await tab.goto(`${page.printed}?token=${token}`)
        const answers = async () => JSON.parse((await tab.locator('output').textContent())!)
        expect(await answers()).toEqual({
          'sql.js': ['1 items', '3 items'],
          persql: ['1 items', '3 items'],
        })
        await tab.reload()
        expect(await answers()).toEqual({
          'sql.js': ['5 items', '7 items'],
          persql: ['5 items', '7 items'],
        })
      } finally {
        await browser.close()
        page.close()
      }
    },
    10 * MINUTES,
  )

  test.each([
    ['nodenext', 'nodenext'],
    ['bundler', 'esnext'],
  ])(
    'type-checks with all declarations under moduleResolution %s',
    async (moduleResolution, module) => {
      const tools = ['typescript', 'vitest', '@types/node', '@types/better-sqlite3']
      const installed = [...PEERS, ...releasedNames(), ...tools]
      const { cwd, env } = await freshProject(`types-${moduleResolution}`, 'node@24', installed)
      const everything = entryPoints().map((name, index) => `export * as entry${index} from '${name}'\n`)
      writeFileSync(join(cwd, 'entry-points.ts'), everything.join(''))
      const files = ['types.ts', 'entry-points.ts']
      expect(await typeErrors({ cwd, env }, { module, moduleResolution, files })).toEqual([])
    },
    10 * MINUTES,
  )

  test.each([
    ['npm', '@openai/agents', ['@openai/agents@0.3.0', 'zod@3']],
    ['npm', '@openai/agents', ['@openai/agents@0.11.8']],
    ['npm', '@openai/agents', ['@openai/agents']],
    ['npm', '@openai/agents-core', ['@openai/agents-core@0.16.0']],
    ['pnpm', '@openai/agents', ['@openai/agents@0.11.8']],
    ['pnpm', '@openai/agents-core', ['@openai/agents-core@0.16.0']],
  ] as const)(
    'leaves one copy of the Agents SDK, and has its types: %s with %s, %j',
    async (manager, sdk, installed) => {
      const name = `${manager}-${installed[0].replaceAll('/', '-')}`
      const ours = ['@persql/openai-agents', '@persql/context', '@persql/kysely', '@persql/driver-sqljs']
      const others = ['kysely@0.29.0', 'sql.js', 'typescript', '@types/node']
      const project = await freshProject(name, 'node@24', [...installed, ...ours, ...others], manager)
      const modules = join(project.cwd, 'node_modules')
      const paths = readdirSync(modules, { recursive: true, encoding: 'utf8' })
      const cores = paths.filter((path) => path.endsWith('@openai/agents-core/package.json'))
      expect(new Set(cores.map((path) => realpathSync(join(modules, path)))).size).toBe(1)

      const program = join(project.cwd, 'one-sdk.ts')
      writeFileSync(program, readFileSync(program, 'utf8').replace("'@openai/agents'", `'${sdk}'`))
      expect(await typeErrors(project, { files: ['one-sdk.ts'] })).toEqual([])
    },
    10 * MINUTES,
  )

  test(
    'every command refuses a Node.js that is too old with a sentence',
    async () => {
      const { cwd, env } = await freshProject('old-node', 'node@24', ['@persql/cli', '@persql/server'])
      const refusal = (node: string, ...args: string[]) =>
        runCommand(join(binaries[node]!, 'node'), args, { cwd, env }).then(
          (printed) => `It ran: ${printed}`,
          ({ message }: Error) => message.split('\n').slice(1).join('\n').trim(),
        )
      const bin = (command: string) => join('node_modules/.bin', command)
      for (const node of ['node@18', 'node@20']) {
        expect(await refusal(node, bin('persql'), 'sessions', 'list', '--db', ':memory:')).toMatch(
          /^persql: This is Node\.js \d+\.\d+\.\d+; persql needs 22\.12 or later\.$/,
        )
        expect(await refusal(node, bin('persql-server'), '--no-auto-create')).toMatch(
          /^persql-server: This is Node\.js \d+\.\d+\.\d+; the server needs 24\.15 or later\.$/,
        )
      }
      expect(await refusal('node@22', bin('persql'), 'server', '--port', '0')).toMatch(
        /^persql: This is Node\.js 22\.\d+\.\d+; the server needs 24\.15 or later\.$/,
      )
    },
    10 * MINUTES,
  )

  test(
    'works from an empty folder as the page of the first steps prints it, on the oldest Node.js that it names',
    async () => {
      const cwd = join(folder, 'projects', 'start')
      mkdirSync(cwd, { recursive: true })
      const page = readFileSync(join(import.meta.dirname, '../docs/start.md'), 'utf8')
      // There is no key here: docs/check goes that way, with an API of its own.
      const needsKey = (command: string) => /^(export|node agent\.js) /.test(command)
      const script = pageSteps(page).flatMap((step) =>
        'file' in step
          ? [`cat > ${step.file} <<'END'`, `${step.code}END`]
          : step.commands.filter((command) => !needsKey(command)),
      )
      const env = { ...registry.env, PATH: [binaries['node@22'], process.env['PATH']].join(delimiter) }
      const printed = await runCommand('sh', ['-ec', script.join('\n')], { cwd, env })
      expect(printed).toMatch(/I was told: My favourite colour is teal\. What is my favourite colour\?\n/)
      expect(printed.match(/'assistant'/g)).toHaveLength(2)
    },
    10 * MINUTES,
  )

  test(
    'runs the commands of the README as they are printed, with an empty npm cache and no terminal',
    async () => {
      const cwd = join(folder, 'release')
      const readme = readFileSync(join(cwd, 'README.md'), 'utf8')
      const commands = [...readme.matchAll(/^npx (.+?) +#/gm)].map(([, words = '']) => words.split(' '))
      expect(commands.map((words) => words.at(-1))).toEqual(['quickstart', 'test'])
      // Where CI is set, npx does not ask.
      const run = (words: readonly string[], cache: string) =>
        runCommand('npx', words, {
          cwd,
          env: { npm_config_cache: join(folder, 'caches', cache), CI: undefined },
        })
      for (const words of commands) {
        const version = [...words.slice(0, -1), '--version']
        expect(await run(version, words.at(-1)!)).toMatch(/^12\.\d+\.\d+\n$/)
      }
      expect(await run(commands[0]!, 'all')).toContain('Your favourite colour is teal.')
    },
    10 * MINUTES,
  )
})
