import { withFileLock } from './file-lock.ts'
import type { FileState } from './file-state.ts'
import { nodeModules } from './node-modules.ts'

export interface ReplaceFileOptions {
  /** The permissions of the new file. Default: those of any new file. */
  readonly mode: number | undefined
  /** Called at the last moment, while nobody else can replace the file; when it rejects, the file stays. */
  check(): Promise<void>
}

/**
 * Replaces a file, or makes it; whatever happens, there is the old file or the new one. Resolves with the state of
 * the new one, whose name is durable after {@link syncFolder}. A crash may leave the temporary file beside it.
 */
export async function replaceFile(
  file: string,
  bytes: Uint8Array,
  { mode, check }: ReplaceFileOptions,
): Promise<FileState> {
  const { fs, path, crypto } = nodeModules()
  const temporary = `${file}.${crypto.randomUUID()}.tmp`
  await fs.mkdir(path.dirname(file), { recursive: true })
  try {
    const state = await writeNewFile(temporary, bytes, mode)
    await withFileLock(file, async () => {
      await check()
      await fs.rename(temporary, file)
    })
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

/** Makes the names in the folder of a file survive a power cut. */
export async function syncFolder(file: string): Promise<void> {
  // Windows has no such thing.
  if (globalThis.process.platform === 'win32') return
  const { fs, path } = nodeModules()
  const handle = await fs.open(path.dirname(file))
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
