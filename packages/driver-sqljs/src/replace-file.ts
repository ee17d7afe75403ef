import type { FileState } from './file-state.ts'
import { nodeModules } from './node-modules.ts'

export interface ReplaceFileOptions {
  /** The permissions of the new file. Default: those of any new file. */
  readonly mode: number | undefined
  /** Called at the last moment; when it rejects, the file stays. */
  check(): Promise<void>
}

/**
 * Replaces a file, or makes it. Resolves with its state when it would survive a power cut; whatever happens, there is
 * either the old file or the new one. After a crash, the temporary file beside it may be left.
 */
export async function replaceFile(
  file: string,
  bytes: Uint8Array,
  { mode, check }: ReplaceFileOptions,
): Promise<FileState> {
  const { fs, path, crypto } = nodeModules()
  const folder = path.dirname(file)
  const temporary = `${file}.${crypto.randomUUID()}.tmp`
  await fs.mkdir(folder, { recursive: true })
  try {
    const state = await writeNewFile(temporary, bytes, mode)
    await check()
    await fs.rename(temporary, file)
    return state
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => {})
    throw error
  }
}

async function writeNewFile(file: string, bytes: Uint8Array, mode: number | undefined): Promise<FileState> {
  const handle = await nodeModules().fs.open(file, 'wx', mode)
  try {
    // What `open` was given is cut down by the umask.
    if (mode !== undefined) await handle.chmod(mode)
    await handle.writeFile(bytes)
    await handle.sync()
    return await handle.stat({ bigint: true })
  } finally {
    await handle.close()
  }
}

/** Makes the names in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no such thing.
  if (globalThis.process.platform === 'win32') return
  const handle = await nodeModules().fs.open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
