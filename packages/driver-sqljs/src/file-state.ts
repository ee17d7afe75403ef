import { nodeModules } from './node-modules.ts'

/** What tells whether a file is still the one that was read or written. */
export interface FileState {
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly mode: bigint
}

/** Undefined where there is no such file. */
export async function fileState(file: string): Promise<FileState | undefined> {
  try {
    return await nodeModules().fs.stat(file, { bigint: true })
  } catch (error) {
    if (isMissingFile(error)) return undefined
    throw error
  }
}

export function isSameFile(one: FileState | undefined, other: FileState | undefined): boolean {
  return one?.ino === other?.ino && one?.size === other?.size && one?.mtimeNs === other?.mtimeNs
}

export function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
