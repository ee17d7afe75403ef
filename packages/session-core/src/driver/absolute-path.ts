import { StorageError } from './storage-error.ts'

interface Host {
  readonly process?: {
    getBuiltinModule?(name: 'node:path'): { resolve(path: string): string }
  }
}

/**
 * The same file as an absolute path, from the working folder of this moment; `:memory:` and the empty path are no
 * files. A path stays as it is where there is no file system, as in a browser.
 */
export function absolutePath(path: string): string {
  if (path === ':memory:' || path.trim() === '') return path
  try {
    return (globalThis as Host).process?.getBuiltinModule?.('node:path').resolve(path) ?? path
  } catch (cause) {
    throw new StorageError(
      'CANNOT_OPEN',
      `The working folder, in which "${path}" would be, does not exist any more. Use an absolute path.`,
      { cause },
    )
  }
}
