import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The installed versions, by package name. */
export function packageVersions(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const manifest = readFileSync(join(import.meta.dirname, 'node_modules', name, 'package.json'), 'utf8')
      return [name, (JSON.parse(manifest) as { version: string }).version]
    }),
  )
}
