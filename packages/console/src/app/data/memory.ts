import type { Link, MemoryHit, MemoryStore, WorkingEntry } from '@persql/context'
import { type SqlDriver, StorageError, searchTerms, toSqlDriver } from '@persql/session-core'
import type { Database } from './database.ts'

/** What is listed: facts and episodes by default, or one kind. */
export const MEMORY_KINDS = ['all', 'facts', 'episodes', 'links', 'working'] as const

export type MemoryKind = (typeof MEMORY_KINDS)[number]

export interface MemoryFilter {
  readonly kind: MemoryKind
  /** What is recalled; of links the name of an entity, and of working memory the id of a run. Empty for the latest. */
  readonly text: string
}

/** What is in a list, by its kind, with what it is called in an address. */
export type MemoryEntry = { readonly path: readonly string[] } & (
  | { readonly kind: 'memory'; readonly hit: MemoryHit }
  | { readonly kind: 'link'; readonly link: Link }
  | { readonly kind: 'working'; readonly entry: WorkingEntry }
)

export interface MemoryPage {
  readonly entries: readonly MemoryEntry[]
  readonly hasMore: boolean
}

/** A fact or an episode with what else is known of it. */
export interface FoundMemory {
  readonly hit: MemoryHit
  /** The rows of the session that a distilled episode sums up. */
  readonly rows: { readonly first: number; readonly last: number } | null
}

const NO_OPERATOR = /^(?!(?:AND|OR|NOT|NEAR)$)[\p{L}\p{N}]/u

export function hasMemory({ description }: Database): boolean {
  return description.tables.some(({ table }) => table === 'ctx_memory')
}

/** The words of a recall, to be marked where they stand. */
export function recallTerms(text: string): readonly string[] {
  const words = text.match(/[\p{L}\p{N}\p{M}_-]+/gu) ?? []
  return searchTerms(words.filter((word) => NO_OPERATOR.test(word)).join(' '))
}

/** Lists the latest, or what a text recalls, best first. Writes nothing: rows that are not indexed yet are read. */
export async function listMemory(
  database: Database,
  { kind, text }: MemoryFilter,
  limit: number,
): Promise<MemoryPage> {
  const memory = await reading(database)
  const entries = await list(memory, kind, text.trim(), limit + 1)
  return { entries: entries.slice(0, limit), hasMore: entries.length > limit }
}

async function list(
  memory: MemoryStore,
  kind: MemoryKind,
  text: string,
  limit: number,
): Promise<MemoryEntry[]> {
  if (kind === 'links') {
    const links = await memory.links({ limit, entity: text || undefined })
    return links.map((link) => ({ kind: 'link', link, path: [link.src.name, link.rel, link.dst.name] }))
  }
  if (kind === 'working') {
    const entries = await memory.workingEntries({ limit, runId: text || undefined })
    return entries.map((entry) => ({ kind, entry, path: [entry.runId, entry.key] }))
  }
  const kinds = kind === 'all' ? undefined : ([kind === 'facts' ? 'fact' : 'episode'] as const)
  const hits = await memory.recall(text, { limit, kinds })
  return hits.map((hit) => ({ kind: 'memory', hit, path: [hit.name] }))
}

export async function findMemory(database: Database, name: string): Promise<FoundMemory | null> {
  const memory = await reading(database)
  const hit = await memory.find(name)
  if (!hit) return null
  const { kind, id, updatedAt } = hit
  if (kind === 'fact') return { hit, rows: null }
  const until = new Date(updatedAt.getTime() + 1)
  const episodes = await memory.episodes({ since: updatedAt, until, limit: Number.MAX_SAFE_INTEGER })
  return { hit, rows: episodes.find((episode) => episode.id === id)?.rows ?? null }
}

export async function findLink(
  database: Database,
  [src = '', rel, dst]: readonly string[],
): Promise<Link | undefined> {
  const links = await (await reading(database)).links({ entity: src, limit: Number.MAX_SAFE_INTEGER })
  return links.find((link) => link.src.name === src && link.rel === rel && link.dst.name === dst)
}

export async function findWorking(
  database: Database,
  [runId, key]: readonly string[],
): Promise<WorkingEntry | undefined> {
  const entries = await (await reading(database)).workingEntries({ runId, limit: Number.MAX_SAFE_INTEGER })
  return entries.find((entry) => entry.key === key)
}

/** Forgets what a list calls so. */
export async function forget(
  database: Database,
  { kind }: MemoryFilter,
  [first = '', second = '', third = '']: readonly string[],
): Promise<void> {
  const { openMemory } = await import('@persql/context')
  const memory = openMemory(toSqlDriver(database.handle))
  if (kind === 'links') await memory.unlink(first, second, third)
  else if (kind === 'working') await memory.working(first).delete(second)
  else await memory.forget(first)
}

/** Loaded with the first look at a memory. */
async function reading({ handle }: Database): Promise<MemoryStore> {
  const known = readers.get(handle)
  if (known) return known
  const { openMemory } = await import('@persql/context')
  const driver = toSqlDriver(handle)
  // As a refusal of the database, which a recall that would index rows first goes on without.
  const refusal = new StorageError('READ_ONLY', 'A look at the memory writes nothing.')
  const onlyReading: SqlDriver = {
    ...driver,
    batch: (statements, options) =>
      options?.readOnly ? driver.batch(statements, options) : Promise.reject(refusal),
  }
  const reader = openMemory(onlyReading, { createTables: false })
  readers.set(handle, reader)
  return reader
}

const readers = new WeakMap<Database['handle'], MemoryStore>()
