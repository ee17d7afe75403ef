import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type CodeBlock, codeBlocks } from './code-blocks.ts'

export const ROOT = join(import.meta.dirname, '../..')

const PATTERNS = ['README.md', 'CONTRIBUTING.md', 'docs/**/*.md', 'packages/*/README.md', 'bench/README.md']
const GENERATED = /(^|\/)(node_modules|api|changes|source|\.[\w-]+)\//

/** What people read: paths from the root of the repository. */
export function pages(): string[] {
  return globSync(PATTERNS, { cwd: ROOT, exclude: ['**/node_modules/**'] })
    .map((path) => relative(ROOT, join(ROOT, path)))
    .filter((path) => !GENERATED.test(path))
    .sort()
}

export interface Page {
  /** Its path from the root of the repository. */
  readonly page: string
  readonly markdown: string
  readonly blocks: readonly CodeBlock[]
}

export function readPage(page: string): Page {
  const markdown = readFileSync(join(ROOT, page), 'utf8')
  return { page, markdown, blocks: codeBlocks(markdown) }
}
