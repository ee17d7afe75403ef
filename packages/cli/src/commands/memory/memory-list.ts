import type { Link, MemoryStore, WorkingEntry } from '@persql/context'
import { type Command, Option } from 'commander'
import { addJsonOption, defineCommand } from '../../command.ts'
import type { DatabaseOptions } from '../../database.ts'
import { formatTime, toIso } from '../../terminal/format.ts'
import { note, printJson } from '../../terminal/print.ts'
import { printTable } from '../../terminal/table.ts'
import { UsageError } from '../../usage-error.ts'
import {
  addDatabaseOption,
  addFilterOptions,
  type FilterOptions,
  toJsonMemory,
  useMemory,
} from './use-memory.ts'

interface Options extends DatabaseOptions, FilterOptions {
  readonly kind?: 'fact' | 'episode' | 'link' | 'working'
  readonly json?: true
}

export function memoryListCommand(parent: Command): void {
  const command = defineCommand(
    parent,
    'list',
    'List what is remembered, latest first: facts and episodes, or another kind. Times are UTC.',
    [
      'persql memory list --db agents.db',
      'persql memory list --kind link',
      'persql memory list --since 7d --json',
    ],
  )
  addFilterOptions(addJsonOption(addDatabaseOption(command)), 50)
    .addOption(new Option('--kind <kind>', 'only this kind').choices(['fact', 'episode', 'link', 'working']))
    .action((options: Options) =>
      useMemory(options, 'read', async (memory) => {
        const isMore = await list(memory, { ...options, limit: options.limit + 1 }, options.limit)
        if (isMore && !options.json) note('There are more: a larger --limit.')
      }),
    )
}

/** Asks for one more than is shown, to tell whether there are more. */
async function list(memory: MemoryStore, options: Options, shown: number): Promise<boolean> {
  const { kind, type, since, until, limit, json } = options
  const isFiltered = type !== undefined || since !== undefined || until !== undefined
  if (isFiltered && (kind === 'link' || kind === 'working')) {
    throw new UsageError('--type, --since and --until are about facts and episodes.')
  }
  if (kind === 'link') return listLinks(await memory.links({ limit }), shown, json)
  if (kind === 'working') return listWorking(await memory.workingEntries({ limit }), shown, json)
  const kinds = kind && [kind]
  const found = await memory.recall('', { limit, kinds, type, since, until })
  const memories = found.slice(0, shown)
  if (json) await printJson({ memories: memories.map(toJsonMemory) })
  else
    await printTable(
      ['name', 'type', 'description', 'session', 'source', 'updated'],
      memories.map(({ name, type, description, sessionId, source, updatedAt }) => [
        name,
        type,
        description,
        sessionId,
        source,
        formatTime(updatedAt),
      ]),
      'Nothing is remembered.',
    )
  return found.length > shown
}

async function listLinks(found: readonly Link[], shown: number, json?: true): Promise<boolean> {
  const links = found.slice(0, shown)
  if (json) {
    const printed = links.map(({ src, rel, dst, source, createdAt }) => ({
      src: src.name,
      rel,
      dst: dst.name,
      source,
      createdAt: toIso(createdAt),
    }))
    await printJson({ links: printed })
  } else
    await printTable(
      ['from', 'link', 'to', 'source', 'since'],
      links.map(({ src, rel, dst, source, createdAt }) => [
        src.name,
        rel,
        dst.name,
        source,
        formatTime(createdAt),
      ]),
      'Nothing is linked.',
    )
  return found.length > shown
}

async function listWorking(found: readonly WorkingEntry[], shown: number, json?: true): Promise<boolean> {
  const entries = found.slice(0, shown)
  if (json) {
    const printed = entries.map(({ runId, key, json, expiresAt }) => ({
      runId,
      key,
      ...readValue(json),
      expiresAt: toIso(expiresAt),
    }))
    await printJson({ working: printed })
  } else
    await printTable(
      ['run', 'key', 'value', 'expires'],
      entries.map(({ runId, key, json, expiresAt }) => [runId, key, json, formatTime(expiresAt)]),
      'No run has anything in mind.',
    )
  return found.length > shown
}

function readValue(json: string): { value: unknown } | { corrupt: true; text: string } {
  try {
    return { value: JSON.parse(json) as unknown }
  } catch {
    return { corrupt: true, text: json }
  }
}
