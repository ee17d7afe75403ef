import { globSync } from 'node:fs'
import { join, relative } from 'node:path'

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
