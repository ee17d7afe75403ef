import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface PublicPackage {
  readonly name: string
  /** What programs import, such as `@persql/session-core/sqlite`. */
  readonly entryPoints: readonly string[]
  readonly commands: readonly string[]
}

/** Every package of a release, from the manifests, so that none is forgotten. */
export function publicPackages(release: string): PublicPackage[] {
  const manifests = readdirSync(join(release, 'packages')).map((folder) =>
    JSON.parse(readFileSync(join(release, 'packages', folder, 'package.json'), 'utf8')),
  )
  return manifests
    .filter((manifest) => !manifest.private)
    .map(({ name, exports, bin }) => ({
      name,
      entryPoints: Object.keys(exports)
        .filter((path) => !path.endsWith('.json'))
        .map((path) => name + path.slice(1)),
      commands: Object.keys(bin ?? {}),
    }))
}
