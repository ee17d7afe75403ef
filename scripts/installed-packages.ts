import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Manifest, type PublicPackage, ROOT, readManifest } from './public-packages.ts'

export interface InstalledPackage {
  readonly name: string
  readonly manifest: Manifest
  readonly bytes: number
}

export interface InstalledPackagesOptions {
  /** Whether the peers that must be there count as well. */
  readonly withPeers: boolean
}

/** What `npm install` of a package puts on disk on this machine: the package itself, and all that it depends on. */
export function installedPackages(
  { folder }: PublicPackage,
  { withPeers }: InstalledPackagesOptions,
): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>()
  const add = (current: string) => {
    if (found.has(current)) return
    const manifest = readManifest(current)
    found.set(current, { name: manifest.name, manifest, bytes: publishedBytes(current, manifest) })
    for (const name of wanted(manifest, withPeers)) {
      const next = resolveFolder(current, name)
      if (next) add(next)
      else if (manifest.dependencies?.[name])
        throw new Error(`${manifest.name} needs ${name}: npx --yes pnpm@12 install`)
    }
  }
  add(realpathSync(folder))
  return [...found.values()]
}

function wanted(manifest: Manifest, withPeers: boolean): string[] {
  const names = [
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.optionalDependencies ?? {}),
  ]
  const peers = Object.keys(manifest.peerDependencies ?? {}).filter(
    (name) => !manifest.peerDependenciesMeta?.[name]?.optional,
  )
  return withPeers ? [...names, ...peers] : names
}

/** As Node.js looks for packages; nothing for an optional one that is not for this machine. */
function resolveFolder(from: string, name: string): string | undefined {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate)
  }
  return undefined
}

function publishedBytes(folder: string, { files }: Manifest): number {
  if (!folder.startsWith(join(ROOT, 'packages'))) return bytesIn(folder)
  const published = ['package.json', 'README.md', ...(files ?? [])].map((name) => join(folder, name))
  return published.filter((path) => existsSync(path)).reduce((sum, path) => sum + bytesIn(path), 0)
}

function bytesIn(path: string): number {
  const state = statSync(path)
  if (!state.isDirectory()) return state.size
  return readdirSync(path)
    .filter((name) => name !== 'node_modules')
    .reduce((sum, name) => sum + bytesIn(join(path, name)), 0)
}
