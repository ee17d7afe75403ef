import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installedPackages } from './installed-packages.ts'
import { type Manifest, publicPackages, ROOT } from './public-packages.ts'

// Writes the table of docs/supply-chain.md: what the public packages depend on at run time, why, and what npm knows
// of it. With --check, asks nobody, and only checks that reasons and table name exactly what the manifests name.

const PAGE = join(ROOT, 'docs/supply-chain.md')
const BEGIN = '<!-- dependencies -->'
const END = '<!-- /dependencies -->'

const reasons: Record<string, string> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'dependency-reasons.json'), 'utf8'),
)
const users = dependencyUsers()
const page = readFileSync(PAGE, 'utf8')
const [before, rest = ''] = page.split(BEGIN)
const [table = '', after] = rest.split(END)

const problems = [
  ...[...users.keys()]
    .filter((name) => !reasons[name])
    .map((name) => `${name}: no reason in dependency-reasons.json`),
  ...Object.keys(reasons)
    .filter((name) => !users.has(name))
    .map((name) => `${name}: a reason, but no package uses it`),
]
if (process.argv.includes('--check')) {
  const named = [...table.matchAll(/^\| \[`(.+?)`\]/gm)].map(([, name]) => name)
  if (named.join() !== [...users.keys()].join()) {
    problems.push('docs/supply-chain.md is out of date: npx --yes pnpm@12 review')
  }
} else if (problems.length === 0) {
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${reviewTable()}\n\n${END}${after}`)
}
for (const problem of problems) console.error(problem)
console.log(
  `Dependencies: ${users.size} reviewed, ${problems.length === 0 ? 'no' : problems.length} problems.`,
)
process.exitCode = problems.length === 0 ? 0 : 1

/** The packages of others that ours need at run time, in the order of their names, each with those that need it. */
function dependencyUsers(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { name, manifest } of publicPackages()) {
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = manifest
    const peers = Object.keys(peerDependencies ?? {}).filter(
      (peer) => !peerDependenciesMeta?.[peer]?.optional,
    )
    const needed = [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]
    for (const other of needed.filter((candidate) => !candidate.startsWith('@persql/'))) {
      const peer = peers.includes(other) ? ' (peer)' : ''
      found.set(other, [...(found.get(other) ?? []), `${name.replace('@persql/', '')}${peer}`])
    }
  }
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)))
}

function reviewTable(): string {
  const installed = publicPackages().flatMap((published) => installedPackages(published, { withPeers: true }))
  const rows = [...users].map(([name, usedBy]) => {
    const { manifest, bytes } = installed.find((candidate) => candidate.name === name)!
    const { version, released, maintainers } = fromRegistry(name)
    return [
      `[\`${name}\`](https://www.npmjs.com/package/${name})<br>${manifest.license}`,
      `${reasons[name]}<br>in ${usedBy.join(', ')}`,
      `${repositoryOwner(manifest)}${maintainers === undefined ? '' : ` (${maintainers} on npm)`}`,
      `${Math.round(bytes / 1000)}`,
      `${version}, ${released}`,
    ]
  })
  return [
    ['package', 'why, and in which of ours', 'maintained by', 'kB', 'last release'],
    ['---', '---', '---', '---:', '---'],
    ...rows,
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

function repositoryOwner({ name, repository }: Manifest): string {
  const url = typeof repository === 'string' ? repository : repository?.url
  const [, owner] =
    /github(?:\.com[/:]|:)([^/]+)\//.exec(url ?? '') ?? /^([^/:]+)\/[^/]+$/.exec(url ?? '') ?? []
  if (!owner) throw new Error(`${name} does not say where its source is.`)
  return `[${owner}](https://github.com/${owner})`
}

function fromRegistry(name: string): { version: string; released: string; maintainers: number | undefined } {
  const answer = execFileSync('npm', ['view', name, 'version', 'time', 'maintainers', '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const { version, time, maintainers } = JSON.parse(answer)
  // Mirrors of npm leave the maintainers out.
  return {
    version,
    released: time[version].slice(0, 10),
    maintainers: maintainers && [maintainers].flat().length,
  }
}
