import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// What may depend on what. A package may use those that are named for it and nothing else of this repository, and
// each names only packages above it, so there are no cycles. See docs/architecture.md.
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'session-core': [],
  'driver-better-sqlite3': ['session-core'],
  'driver-sqljs': ['session-core'],
  'driver-postgres': ['session-core'],
  'driver-libsql': ['session-core'],
  'driver-cloudflare': ['session-core'],
  'driver-persql': ['session-core', 'sdk'],
  kysely: ['session-core'],
  'openai-agents': ['session-core'],
  context: ['session-core'],
  sdk: ['driver-better-sqlite3'],
  console: ['session-core', 'context', 'sdk'],
  mcp: ['session-core', 'context', 'sdk'],
  server: ['sdk', 'console', 'mcp'],
  cli: [
    'session-core',
    'driver-better-sqlite3',
    'driver-sqljs',
    'driver-postgres',
    'driver-libsql',
    'driver-persql',
    'kysely',
    'sdk',
    'context',
    'console',
    'mcp',
    'server',
  ],
}

/** Only here may an agent framework be known. */
const FRAMEWORK = /^@openai\//
const KNOW_FRAMEWORK = new Set(['openai-agents'])

/** Where the names of packages are texts that are loaded on demand: by the URL of a database, or for its client. */
const MAY_LOAD: Readonly<Record<string, readonly string[]>> = {
  'session-core/src/driver/url-schemes.ts': [
    'driver-better-sqlite3',
    'driver-sqljs',
    'driver-postgres',
    'driver-libsql',
    'driver-persql',
  ],
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const packages = join(import.meta.dirname, '../packages')
const problems = new Set<string>()

function check(where: string, name: string, target: string) {
  if (FRAMEWORK.test(target) && !KNOW_FRAMEWORK.has(name)) problems.add(`${where} must not know ${target}`)
  const [, ours] = /^@persql\/([\w-]+)/.exec(target) ?? []
  if (ours === undefined || ours === name) return
  const allowed = [...(ALLOWED[name] ?? []), ...(MAY_LOAD[where] ?? [])]
  if (!allowed.includes(ours)) problems.add(`${where} must not depend on @persql/${ours}`)
}

const IMPORT = /\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g
const QUOTED = /'(@persql\/[\w-]+)'/g

for (const name of readdirSync(packages)) {
  if (!(name in ALLOWED)) problems.add(`packages/${name} is missing in ${import.meta.filename}`)
  const manifest = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')) as Manifest
  const { dependencies, peerDependencies, optionalDependencies } = manifest
  const known = { ...dependencies, ...peerDependencies, ...optionalDependencies }
  for (const target of Object.keys(known)) check(`${name}/package.json`, name, target)

  for (const file of globSync('src/**/*.{ts,tsx}', { cwd: join(packages, name) })) {
    const text = readFileSync(join(packages, name, file), 'utf8').replace(/^\s*(\*|\/\/).*$/gm, '')
    for (const [, target = ''] of [...text.matchAll(IMPORT), ...text.matchAll(QUOTED)]) {
      check(`${name}/${file}`, name, target)
    }
  }
}

// The tests of every package use what they share, so it knows none of them, and nothing that is published knows it.
const support = join(packages, '../test-support')
for (const file of globSync('*.{ts,json}', { cwd: support })) {
  const text = readFileSync(join(support, file), 'utf8')
  for (const [, target = ''] of text.matchAll(/["'](@persql\/[\w-]+)/g)) {
    if (target !== '@persql/test-support') problems.add(`test-support/${file} must not know ${target}`)
  }
}

// The rooms of the core, as docs/architecture.md lists them.
const page = readFileSync(join(packages, '../docs/architecture.md'), 'utf8')
const [, inside = ''] = page.split(/^## Inside session-core$/m)
const listed = [...(inside.split(/^## /m)[0] ?? '').matchAll(/^\| `([\w-]+)` \|/gm)].map(
  ([, room = '']) => room,
)
const rooms = readdirSync(join(packages, 'session-core/src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
for (const room of rooms) {
  if (!listed.includes(room))
    problems.add(`docs/architecture.md does not list the room session-core/src/${room}`)
}
for (const room of listed) {
  if (!rooms.includes(room))
    problems.add(`docs/architecture.md lists a room session-core/src/${room}, which is not there`)
}

const order = Object.keys(ALLOWED)
for (const [name, targets] of Object.entries(ALLOWED)) {
  for (const target of targets) {
    if (reaches(target, name)) problems.add(`${name} and ${target} would depend on each other`)
    if (!order.includes(target)) problems.add(`${name} may use ${target}, which does not exist`)
  }
}

function reaches(from: string, to: string): boolean {
  return from === to || (ALLOWED[from] ?? []).some((next) => reaches(next, to))
}

for (const problem of problems) console.error(problem)
console.log(problems.size === 0 ? 'Dependencies: no problems.' : `Dependencies: ${problems.size} problems.`)
process.exitCode = problems.size === 0 ? 0 : 1
