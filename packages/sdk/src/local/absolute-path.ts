import { PerSQLError } from '../errors/persql-error.ts'

interface Host {
  readonly process?: {
    getBuiltinModule?(name: 'node:path'): { resolve(path: string): string }
  }
}

/** The same file as an absolute path, from the working folder of this moment. `:memory:` is no file. */
export function absolutePath(path: string): string {
  if (path === ':memory:') return path
  try {
    return (globalThis as Host).process?.getBuiltinModule?.('node:path').resolve(path) ?? path
  } catch (cause) {
    throw new PerSQLError(
      'invalid_argument',
      `The working folder, in which "${path}" would be, does not exist any more. Use an absolute path.`,
      { cause },
    )
  }
}
