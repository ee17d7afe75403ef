import { readdirSync, readlinkSync, statSync } from 'node:fs'
import { sep } from 'node:path'

/**
 * Bytes of the temporary files of a folder that a process has open; 0 where the system does not tell in the way of
 * Linux. SQLite deletes such a file as soon as it has opened it, so the folder itself shows none.
 */
export function temporaryBytes(pid: number, folder: string): number {
  const open = `/proc/${pid}/fd`
  let bytes = 0
  for (const descriptor of entriesOf(open)) {
    try {
      const path = `${open}/${descriptor}`
      if (readlinkSync(path).startsWith(folder + sep)) bytes += statSync(path).size
    } catch {
      // Closed in the meantime.
    }
  }
  return bytes
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
