import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

type After = (remove: () => void) => unknown

/**
 * Gives the path of a name in a folder of its own, which is made with the first path. The folder is gone after the test,
 * or after what is given: `temporaryPaths(afterAll)` lasts for the tests of a file or of a `describe`.
 */
export function temporaryPaths(after: After = onTestFinished): (name: string) => string {
  let folder: string | undefined
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })
  return (name) => {
    folder ??= mkdtempSync(join(realpathSync(tmpdir()), 'persql-'))
    return join(folder, name)
  }
}

/** Makes such a folder, and returns its path. */
export function temporaryFolder(after?: After): string {
  return temporaryPaths(after)('')
}
