import { join } from 'node:path'
import { createDatabase } from './database-files.ts'
import { jsonLinesProcess } from './json-lines-process.ts'

/** Resident memory in bytes of a process that visits long sessions in turn, each twice. */
export interface CacheMemory {
  /** When it had kept more than twice what it may keep. */
  readonly full: number
  /** When it had visited them all. */
  readonly end: number
}

const SESSIONS = 1_000
const ITEMS = 1_000

export async function measureCacheMemory(folder: string): Promise<CacheMemory> {
  const file = join(folder, 'visited.db')
  createDatabase(
    file,
    Array.from({ length: SESSIONS }, (_, index) => ({ id: `user-${index}`, items: ITEMS })),
  )
  const visitor = join(import.meta.dirname, 'cache-visitor.ts')
  const child = jsonLinesProcess([process.execPath, '--expose-gc', visitor, file, String(SESSIONS)])
  const memory = (await child.receive()) as CacheMemory
  await child.close()
  return memory
}
