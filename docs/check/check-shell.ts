import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CodeBlock } from './code-blocks.ts'
import { ROOT } from './pages.ts'

interface Manifest {
  readonly name: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
}

const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Manifest
const packages = globSync('packages/*/package.json', { cwd: ROOT }).map(read)
const packageNames = new Set(packages.map(({ name }) => name))
const binaries = new Set(packages.flatMap(({ bin = {} }) => Object.keys(bin)))
const scripts = new Set([
  ...Object.keys(read('package.json').scripts ?? {}),
  'install',
  'audit',
  'exec',
  'add',
  'run',
])

/** Looks for scripts, examples, packages and binaries of this repository that a page names and that do not exist. */
export function checkShell(page: string, markdown: string, blocks: readonly CodeBlock[]): string[] {
  const problems: string[] = []
  const refuse = (what: string) => problems.push(`${page}: there is no ${what}`)
  for (const [, script = '', example = ''] of markdown.matchAll(/npx pnpm@12 ([\w:-]+)(?: ([\w-]+))?/g)) {
    if (!scripts.has(script)) refuse(`script "${script}"`)
    if (script === 'example' && example && !existsSync(join(ROOT, 'examples', example)))
      refuse(`example "${example}"`)
  }
  for (const { language, code } of blocks) {
    if (!['sh', 'bash', 'shell', 'console'].includes(language)) continue
    for (const [name] of code.matchAll(/@persql\/[\w-]+/g)) {
      if (!packageNames.has(name)) refuse(`package "${name}"`)
    }
    for (const [, name = ''] of code.matchAll(/\bnpx (persql[\w-]*)/g)) {
      if (!binaries.has(name)) refuse(`binary "${name}"`)
    }
  }
  return problems
}
