import type { MemoryHit, MemoryStore, MemoryType } from '@persql/context'
import { type Command, Option } from 'commander'
import { wholeNumber } from '../../arguments.ts'
import { addTimeOptions } from '../../command.ts'
import { DATABASE, type DatabaseOptions, type Mode, useDatabase } from '../../database.ts'
import { toIso } from '../../terminal/format.ts'

const TYPES: readonly MemoryType[] = ['user', 'feedback', 'project', 'reference']

/** What chooses among memories. */
export interface FilterOptions {
  readonly type?: MemoryType
  readonly since?: Date
  readonly until?: Date
  readonly limit: number
}

export function addDatabaseOption(command: Command): Command {
  return command.option('--db <url>', DATABASE)
}

export function addFilterOptions(command: Command, limit: number): Command {
  command.addOption(new Option('--type <type>', 'only facts of this type').choices(TYPES))
  return addTimeOptions(command).option('--limit <number>', 'how many at most', wholeNumber(1), limit)
}

/**
 * Opens the memory of a database. The first of the two stores makes and indexes nothing where only reads are asked of
 * it; the second one, for what is known to be there, makes the parts that another program has left out.
 */
export function useMemory(
  options: DatabaseOptions,
  mode: Exclude<Mode, 'create'>,
  work: (memory: MemoryStore, changing: MemoryStore) => Promise<void>,
): Promise<void> {
  return useDatabase(options, mode, async ({ driver }) => {
    const { openMemory } = await import('@persql/context')
    await work(openMemory(driver, { createTables: false }), openMemory(driver))
  })
}

export async function findMemory(memory: MemoryStore, name: string): Promise<MemoryHit> {
  const found = await memory.find(name)
  if (!found) throw new Error(`There is no fact of the name "${name}", and no episode of this id.`)
  return found
}

/** As `--json` shows a fact or an episode. */
export function toJsonMemory({ createdAt, updatedAt, rowId, ...hit }: MemoryHit) {
  return { ...hit, row: rowId, createdAt: toIso(createdAt), updatedAt: toIso(updatedAt) }
}
