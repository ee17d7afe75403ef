import type { Link, MemoryHit, MemoryStore, WorkingEntry } from '@persql/context'
import { type Command, Option } from 'commander'
import { addJsonOption, defineCommand } from '../../command.ts'
import type { DatabaseOptions } from '../../database.ts'
import { formatTime, toIso } from '../../terminal/format.ts'
import { note, printJson } from '../../terminal/print.ts'
import { type Cell, printTable } from '../../terminal/table.ts'
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
  if (kind === 'link') return show(await memory.links({ limit }), shown, LINKS, json)
  if (kind === 'working') return show(await memory.workingEntries({ limit }), shown, WORKING, json)
  const kinds = kind && [kind]
  const found = await memory.recall('', { limit, kinds, type, since, until })
  return show(found, shown, MEMORIES, json)
}

/** How some kind of what is remembered is shown. */
interface Listing<Found> {
  /** Of the list in the JSON. */
  readonly name: string
  readonly headings: readonly string[]
  /** What is said where there is none. */
  readonly none: string
  toJson(found: Found): object
  toCells(found: Found): Cell[]
}

async function show<Found>(
  found: readonly Found[],
  shown: number,
  { name, headings, none, toJson, toCells }: Listing<Found>,
  json?: true,
): Promise<boolean> {
  const first = found.slice(0, shown)
  if (json) await printJson({ [name]: first.map(toJson) })
  else await printTable(headings, first.map(toCells), none)
  return found.length > shown
}

const MEMORIES: Listing<MemoryHit> = {
  name: 'memories',
  headings: ['name', 'type', 'description', 'session', 'source', 'updated'],
  none: 'Nothing is remembered.',
  toJson: toJsonMemory,
  toCells: ({ name, type, description, sessionId, source, updatedAt }) => [
    name,
    type,
    description,
    sessionId,
    source,
    formatTime(updatedAt),
  ],
}

const LINKS: Listing<Link> = {
  name: 'links',
  headings: ['from', 'link', 'to', 'source', 'since'],
  none: 'Nothing is linked.',
  toJson: ({ src, rel, dst, source, createdAt }) => ({
    src: src.name,
    rel,
    dst: dst.name,
    source,
    createdAt: toIso(createdAt),
  }),
  toCells: ({ src, rel, dst, source, createdAt }) => [src.name, rel, dst.name, source, formatTime(createdAt)],
}

const WORKING: Listing<WorkingEntry> = {
  name: 'working',
  headings: ['run', 'key', 'value', 'expires'],
  none: 'No run has anything in mind.',
  toJson: ({ runId, key, json, expiresAt }) => ({
    runId,
    key,
    ...readValue(json),
    expiresAt: toIso(expiresAt),
  }),
  toCells: ({ runId, key, json, expiresAt }) => [runId, key, json, formatTime(expiresAt)],
}

function readValue(json: string): { value: unknown } | { corrupt: true; text: string } {
  try {
    return { value: JSON.parse(json) as unknown }
  } catch {
    return { corrupt: true, text: json }
  }
}
