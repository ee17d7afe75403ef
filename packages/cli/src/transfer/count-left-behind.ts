import { isStorageError, type SqlDriver } from '@persql/session-core'
import type { Database } from '../database.ts'

/** How many rows of a kind a copy has not brought along; absent where there are none. */
export interface LeftBehind {
  readonly memories?: number
  readonly runs?: number
}

/** Undefined where the source has nothing that stays behind. */
export async function countLeftBehind(source: Database, hasMemory: boolean): Promise<LeftBehind | undefined> {
  const memories = hasMemory ? 0 : await countMemories(source)
  const runs = await countRows(source.driver, 'select count(*) from agent_runs')
  if (memories === 0 && runs === 0) return undefined
  return { ...(memories > 0 && { memories }), ...(runs > 0 && { runs }) }
}

/** Facts, episodes, links and keys of working memory; of one that lacks some of its tables, facts alone. */
export async function countMemories({ driver }: Pick<Database, 'driver'>): Promise<number> {
  const { RawMemory } = await import('@persql/context/transfer')
  try {
    const { facts, episodes, links, working } = await new RawMemory(driver, { createTables: false }).counts()
    return facts + episodes + links + working
  } catch (error) {
    if (!isStorageError(error, 'NO_SUCH_TABLE')) throw error
    return countRows(driver, 'select count(*) from ctx_memory')
  }
}

async function countRows(driver: SqlDriver, sql: string): Promise<number> {
  try {
    const [result] = await driver.batch([{ sql }], { readOnly: true })
    return Number(result?.rows[0]?.[0])
  } catch (error) {
    if (isStorageError(error, 'NO_SUCH_TABLE')) return 0
    throw error
  }
}
