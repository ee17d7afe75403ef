import { StorageError } from '@persql/session-core'

/** What Node, Bun and Deno have and a browser does not. No import, so that bundlers for browsers find none. */
export function nodeModules() {
  const getBuiltinModule = globalThis.process?.getBuiltinModule
  if (!getBuiltinModule) {
    throw new StorageError(
      'CANNOT_OPEN',
      'fileStorage needs the file system of Node 22.3 or later. In a browser, use indexedDbStorage.',
    )
  }
  return {
    fs: getBuiltinModule('node:fs/promises'),
    os: getBuiltinModule('node:os'),
    path: getBuiltinModule('node:path'),
    crypto: getBuiltinModule('node:crypto'),
  }
}
