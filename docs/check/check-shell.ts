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
const commands = new Set(['pnpm@12', ...packages.filter(({ bin }) => bin).map(({ name }) => name)])
const scripts = new Set([
  ...Object.keys(read('package.json').scripts ?? {}),
  'install',
  'audit',
  'exec',
  'add',
  'run',
])

/**
 * Looks for scripts, examples, packages and commands of this repository that a page names and that do not exist, and
 * for commands that npx would not run without a terminal.
 */
export function checkShell(page: string, markdown: string, blocks: readonly CodeBlock[]): string[] {
  const problems: string[] = []
  const refuse = (what: string) => problems.push(`${page}: there is no ${what}`)
  for (const [, yes, name = ''] of markdown.matchAll(/\bnpx (--yes |-y )?([@\w/-]+(?:@\d+)?)/g)) {
    // By the name of its package: the name of a command alone can be somebody else's package.
    if (!commands.has(name)) refuse(`package "${name}" with a command`)
    if (!yes) problems.push(`${page}: npx ${name} stops without a terminal: npx --yes ${name}`)
  }
  for (const [, script = '', example = ''] of markdown.matchAll(/pnpm@12 ([\w:-]+)(?: ([\w-]+))?/g)) {
    if (!scripts.has(script)) refuse(`script "${script}"`)
    if (script === 'example' && example && !existsSync(join(ROOT, 'examples', example)))
      refuse(`example "${example}"`)
  }
  for (const { language, code } of blocks) {
    if (!['sh', 'bash', 'shell', 'console'].includes(language)) continue
    for (const [name] of code.matchAll(/@persql\/[\w-]+/g)) {
      if (!packageNames.has(name)) refuse(`package "${name}"`)
    }
  }
  return problems
}
