import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A place of its own for a test, gone with `dispose`. */
export function temporaryFolder(): { path(name: string): string; dispose(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'persql-session-'))
  return {
    path: (name) => join(folder, name),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}
