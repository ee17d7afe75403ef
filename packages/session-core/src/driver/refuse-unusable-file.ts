import { StorageError } from './storage-error.ts'

interface Host {
  readonly process?: { getBuiltinModule?(name: 'node:fs'): NodeFileSystem }
}

interface NodeFileSystem {
  readonly constants: { readonly R_OK: number }
  accessSync(path: string, mode: number): undefined
  lstatSync(path: string, options: { throwIfNoEntry: false }): object | undefined
  statSync(
    path: string,
    options: { throwIfNoEntry: false },
  ): { isFile(): boolean; isDirectory(): boolean } | undefined
}

/**
 * Throws `CANNOT_OPEN` for a path that is no file, may not be read, or is not there where it is to be read only. Opening
 * a pipe would wait for ever, and what SQLite says of a folder does not name it.
 */
export function refuseUnusableFile(path: string, readOnly: boolean): void {
  const fs = (globalThis as Host).process?.getBuiltinModule?.('node:fs')
  if (!fs) return
  const reason = reasonAgainst(fs, path, readOnly)
  if (reason !== undefined) throw new StorageError('CANNOT_OPEN', reason)
}

function reasonAgainst(fs: NodeFileSystem, path: string, readOnly: boolean): string | undefined {
  try {
    const file = fs.statSync(path, { throwIfNoEntry: false })
    if (file?.isDirectory()) return `"${path}" is a folder. Name a file in it, such as "agents.db".`
    if (file && !file.isFile()) return `"${path}" is no file, but a device, a pipe or a socket.`
    if (file) return fs.accessSync(path, fs.constants.R_OK)
    // Throws where what should be a folder is none.
    const link = fs.lstatSync(path, { throwIfNoEntry: false })
    if (!readOnly) return undefined
    return link ? `"${path}" is a link to a file that does not exist.` : `There is no file "${path}".`
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === 'EACCES') return `"${path}" may not be read by this user.`
    if (code === 'ENOTDIR') return `"${path}" is said to be in a folder that is a file.`
    return `"${path}" cannot be looked at: ${code}.`
  }
}
