import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BundleSize, bundleSize, folderSize } from './bundle-size.ts'
import { type PublicPackage, publicPackages } from './public-packages.ts'

// Bundles every entry point of every public package, minifies and compresses it, and compares that with its budget:
// the package's own code, the same with all that it depends on, and one export alone, which must leave the rest out.
// Budgets are in kB, minified and compressed by brotli. What only tests load has none.

interface Budget {
  readonly own: number
  readonly withDependencies: number
  /** One export and its budget, for entry points that have several. */
  readonly one?: Readonly<Record<string, number>>
}

const { bundles, folders }: { bundles: Record<string, Budget>; folders: Record<string, number> } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'size-budgets.json'), 'utf8'),
)
const rows: Record<string, Record<string, string>> = {}
const problems: string[] = []

for (const published of publicPackages()) {
  for (const [name, file] of entryFiles(published)) await checkBundle(published, name, file)
  for (const [path, budget] of Object.entries(folders)) {
    const [, relative] = path.split(`${published.name}/`)
    if (relative) rows[path] = { own: compare(path, folderSize(published, relative), budget) }
  }
}
for (const name of [...Object.keys(bundles), ...Object.keys(folders)]) {
  if (!rows[name]) problems.push(`${name} has a budget and does not exist.`)
}

console.table(rows)
for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? 'Sizes: within the budgets.' : `Sizes: ${problems.length} problems.`)
process.exitCode = problems.length === 0 ? 0 : 1

/** The entry points of a package; of one that has none, its commands. */
function entryFiles({ name, manifest }: PublicPackage): [string, string][] {
  const entries = Object.entries(manifest.exports).flatMap(([path, target]): [string, string][] =>
    typeof target === 'string' || path === './testing' ? [] : [[name + path.slice(1), target.default]],
  )
  return entries.length > 0 ? entries : Object.values(manifest.bin ?? {}).map((file) => [name, file])
}

async function checkBundle(published: PublicPackage, name: string, file: string) {
  const budget = bundles[name]
  if (!budget) {
    problems.push(`${name} has no budget. Add one to scripts/size-budgets.json.`)
    return
  }
  const own = await bundleSize(published, file, { withDependencies: false })
  const whole = await bundleSize(published, file, { withDependencies: true })
  rows[name] = {
    own: compare(name, own, budget.own),
    'with dependencies': compare(`${name} with dependencies`, whole, budget.withDependencies),
  }
  const [one] = Object.entries(budget.one ?? {})
  if (one) {
    const [only, limit] = one
    const alone = await bundleSize(published, file, { only, withDependencies: false })
    if (alone.compressed >= own.compressed) problems.push(`${only} alone leaves nothing of ${name} out.`)
    rows[name]['one export'] = `${only}: ${compare(`${only} of ${name}`, alone, limit)}`
  } else if (own.exported.length > 1) {
    problems.push(`${name} has ${own.exported.length} exports: choose one for a budget of its own.`)
  }
}

function compare(
  what: string,
  { minified, compressed }: Pick<BundleSize, 'minified' | 'compressed'>,
  limit: number,
) {
  if (compressed > limit * 1000)
    problems.push(`${what}: ${kB(compressed)} kB, over its budget of ${limit} kB.`)
  return `${kB(minified)} → ${kB(compressed)} of ${limit}`
}

function kB(bytes: number): string {
  return (bytes / 1000).toFixed(1)
}
