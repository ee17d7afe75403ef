import { createRequire } from 'node:module'
import { StorageError } from '@persql/session-core'

/** Throws for a better-sqlite3 that would end the process on this Node.js, instead of throwing itself. */
export function refuseUnfit(): void {
  const node = process.versions.node
  // Asked first, so that others need not look the version up.
  if (!isOlder(node, [22])) return
  let installed: string
  try {
    installed = createRequire(import.meta.url)('better-sqlite3/package.json').version
  } catch {
    // A bundle has none beside it.
    return
  }
  if (isOlder(installed, [13])) return
  throw new StorageError(
    'CANNOT_OPEN',
    `better-sqlite3 ${installed} needs Node.js 22 or later, and this is Node.js ${node}. Use a later Node.js, or better-sqlite3 12.`,
  )
}

function isOlder(version: string, wanted: readonly number[]): boolean {
  const parts = version.split('.').map(Number)
  const different = wanted.findIndex((part, index) => parts[index] !== part)
  return different >= 0 && (parts[different] ?? 0) < (wanted[different] ?? 0)
}
