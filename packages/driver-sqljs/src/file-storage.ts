import { isStorageError, StorageError, type StorageErrorCode } from '@persql/session-core'
import { absolutePath } from '@persql/session-core/driver'
import type { DatabaseStorage } from './database-storage.ts'
import { type FileState, fileState, isMissingFile, isSameFile } from './file-state.ts'
import { nodeModules } from './node-modules.ts'
import { replaceFile, syncFolder } from './replace-file.ts'

/**
 * Keeps the database in an SQLite file, which each save replaces as a whole. A relative path is one in the working
 * folder of this moment. Missing folders are made at the first save. A save is refused with `SAVE_FAILED` when another
 * program has changed the file since the last load or save here; of processes that save at the same time, each waits
 * for the one before it, which keeps a file `….lock` beside the database, and rejects with `BUSY` after 10 seconds.
 * Where the new file is in its place but the folder cannot be synced, the save rejects all the same: the file holds
 * the write that was rejected until the next save.
 */
export function fileStorage(path: string): DatabaseStorage {
  if (typeof path !== 'string' || path.trim() === '') {
    throw new StorageError('INVALID_ARGUMENT', 'The file must be a path, such as "agents.db".')
  }
  const absolute = absolutePath(path)
  // Found once, because a link may lead elsewhere later.
  let file: string | undefined
  let known: FileState | undefined

  return {
    async load() {
      try {
        file ??= await locate(absolute)
        await refuseUnfinished(file, 'CANNOT_OPEN')
        const handle = await nodeModules().fs.open(file)
        try {
          known = await handle.stat({ bigint: true })
          return await handle.readFile()
        } finally {
          await handle.close()
        }
      } catch (error) {
        if (!isMissingFile(error)) throw failure('CANNOT_OPEN', `Cannot read "${file ?? absolute}"`, error)
        known = undefined
        return undefined
      }
    },

    async save(image) {
      try {
        file ??= await locate(absolute)
        const target = file
        known = await replaceFile(target, image, {
          mode: known && Number(known.mode & 0o777n),
          async check() {
            await refuseUnfinished(target, 'SAVE_FAILED')
            if (!isSameFile(await fileState(target), known)) throw changed(target)
          },
        })
        await syncFolder(target)
      } catch (error) {
        throw failure('SAVE_FAILED', `Cannot save "${file ?? absolute}"`, error)
      }
    },
  }
}

/** The path of the file that a symbolic link leads to, so that the link stays, or else the path itself. */
async function locate(file: string): Promise<string> {
  return nodeModules()
    .fs.realpath(file)
    .catch((error: unknown) => {
      if (isMissingFile(error)) return file
      throw error
    })
}

/** An image without the changes in these files would be an old one, or damaged. */
async function refuseUnfinished(file: string, code: StorageErrorCode) {
  for (const companion of [`${file}-wal`, `${file}-journal`]) {
    const state = await fileState(companion)
    if (!state || state.size === 0n) continue
    throw new StorageError(
      code,
      `Another program uses "${file}", or did not close it: its latest changes are in "${companion}". ` +
        'Close it there, with a program that has SQLite itself.',
    )
  }
}

function changed(file: string): StorageError {
  return new StorageError(
    'SAVE_FAILED',
    `Another program has changed "${file}" since it was loaded. Open a new driver on it.`,
  )
}

function failure(code: StorageErrorCode, what: string, cause: unknown): StorageError {
  if (isStorageError(cause)) return cause
  return new StorageError(code, `${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  })
}
