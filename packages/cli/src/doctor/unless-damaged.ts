import { isStorageError, type StorageErrorCode } from '@persql/session-core'
import type { Finding } from './finding.ts'

/** What SQLite says of a file that it can open, and not read. */
const DAMAGE: readonly StorageErrorCode[] = [
  'NOT_A_DATABASE',
  'SQL_ERROR',
  'INVALID_STATEMENT',
  'NO_SUCH_TABLE',
]

/** True where SQL that is right was refused: by a file that is damaged, or by tables of another form. */
export function isDamage(error: unknown): error is Error {
  return isStorageError(error) && DAMAGE.includes(error.code)
}

/** What a check has found; a check that fails because the file is damaged has found that. */
export async function unlessDamaged(check: string, run: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await run()
  } catch (error) {
    if (!isDamage(error)) throw error
    const reason = error.message.replace(/^Statement \d+: | To see what can be saved: .*$/gs, '')
    return [{ check, status: 'problem', message: `cannot be checked to its end: ${reason}` }]
  }
}
