import { StorageError } from '@persql/session-core'
import { isMissingFile } from './file-state.ts'
import { nodeModules } from './node-modules.ts'

/** How long a save waits for another one, in milliseconds. They take milliseconds each. */
const PATIENCE = 10_000

/** Between the clock of the file system and that of the process, in milliseconds. */
const CLOCK_TOLERANCE = 2000

/**
 * Does the work while no other process works under the lock of this file, which is a file beside it. One that was left
 * by a process of this machine that has died is taken over. Rejects with `BUSY` where the other one does not end.
 */
export async function withFileLock<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  const { fs, os } = nodeModules()
  const lock = `${file}.lock`
  const owner = `${globalThis.process.pid} ${os.hostname()}`
  await acquire(lock, owner)
  try {
    return await work()
  } finally {
    await fs.rm(lock)
  }
}

async function acquire(lock: string, owner: string): Promise<void> {
  const deadline = performance.now() + PATIENCE
  while (!(await create(lock, owner))) {
    await removeIfLeft(lock)
    if (performance.now() >= deadline) {
      throw new StorageError(
        'BUSY',
        `Another program is saving the database, or was stopped while it did: delete "${lock}" if none is saving.`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 4))
  }
}

/** False where there is such a file. */
async function create(file: string, text: string): Promise<boolean> {
  const { fs } = nodeModules()
  try {
    const handle = await fs.open(file, 'wx')
    try {
      await handle.writeFile(text)
    } catch (error) {
      await fs.rm(file)
      throw error
    } finally {
      await handle.close()
    }
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/**
 * Only one process at a time may do so: between the look at the lock and its removal, another one could have removed
 * it and made its own.
 */
async function removeIfLeft(lock: string): Promise<void> {
  if (!(await isLeft(lock))) return
  const { fs } = nodeModules()
  const removal = `${lock}.removal`
  if (!(await create(removal, ''))) return
  try {
    if (await isLeft(lock)) await fs.rm(lock)
  } finally {
    await fs.rm(removal)
  }
}

/** Whether the process that made the lock is known to be dead. */
async function isLeft(lock: string): Promise<boolean> {
  const { fs, os } = nodeModules()
  const { pid: ownPid, uptime } = globalThis.process
  try {
    const [, pid, host] = /^(\d+) (.*)$/s.exec(await fs.readFile(lock, 'utf8')) ?? []
    if (pid === undefined || host !== os.hostname()) return false
    if (Number(pid) !== ownPid) return !isRunning(Number(pid))
    // A process before this one may have had the same id, as every first one in a container has.
    return (await fs.stat(lock)).mtimeMs < Date.now() - uptime() * 1000 - CLOCK_TOLERANCE
  } catch (error) {
    if (isMissingFile(error)) return false
    throw error
  }
}

function isRunning(pid: number): boolean {
  try {
    globalThis.process.kill(pid, 0)
    return true
  } catch (error) {
    // Anything else, such as that it belongs to somebody else, means that there is one.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
