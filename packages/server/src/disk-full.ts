// https://sqlite.org/rescode.html
const FULL = 13
/**
 * Writing, growing or shortening a file failed; what a quota is answered with, and the index of a log that cannot grow.
 */
const NO_ROOM = new Set([778, 1546, 4874])

/** Whether an error of SQLite or the system says that a disk, or a quota on it, is full. */
export function isDiskFull(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as { readonly code?: unknown; readonly errcode?: unknown }
  if (code === 'ENOSPC' || code === 'EDQUOT') return true
  return typeof errcode === 'number' && ((errcode & 0xff) === FULL || NO_ROOM.has(errcode))
}
