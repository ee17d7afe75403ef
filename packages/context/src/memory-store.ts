import type { SessionStore } from '@persql/session-core'
import type {
  Episode,
  Link,
  Memory,
  MemoryHit,
  MemoryKind,
  MemoryType,
  Neighbors,
  NewEpisode,
  NewMemory,
  WorkingEntry,
} from './memory.ts'
import type { WorkingMemory } from './working/working-memory.ts'

export interface RecallOptions {
  /** How many memories are recalled at most. Default: 10. */
  readonly limit?: number | undefined
  /** The kinds of memories that are recalled. Default: facts and episodes. */
  readonly kinds?: readonly MemoryKind[] | undefined
  /** The type that facts must have to be recalled; with it, no episodes are. Default: memories of every type are. */
  readonly type?: MemoryType | undefined
  /** The time at which a memory must have been updated, or have happened, or later. Default: no limit. */
  readonly since?: Date | undefined
  /** The time before which a memory must have been updated, or have happened. Default: no limit. */
  readonly until?: Date | undefined
}

export interface IndexOptions {
  /** How many facts are listed at most. Default: 50. */
  readonly limit?: number | undefined
  /** The type that facts must have to be listed. Default: facts of every type are. */
  readonly type?: MemoryType | undefined
}

export interface EpisodesOptions {
  /** How many episodes are listed at most. Default: 50. */
  readonly limit?: number | undefined
  readonly sessionId?: string | undefined
  readonly runId?: string | undefined
  readonly outcome?: string | undefined
  /** The time at which an episode must have happened, or later. Default: no limit. */
  readonly since?: Date | undefined
  /** The time before which an episode must have happened. Default: no limit. */
  readonly until?: Date | undefined
}

export interface NeighborsOptions {
  /** How many edges away an entity may be, at most 20. Default: 1. */
  readonly depth?: number | undefined
  /** Which way edges are followed. Default: `both`. */
  readonly direction?: 'out' | 'in' | 'both' | undefined
}

export interface LinksOptions {
  /** How many links are listed at most. Default: 50. */
  readonly limit?: number | undefined
  /** The name of an entity that the links must have on one of their sides. Default: links of every entity are listed. */
  readonly entity?: string | undefined
}

export interface WorkingEntriesOptions {
  /** How many keys are listed at most. Default: 50. */
  readonly limit?: number | undefined
  /** Default: the keys of every run are listed. */
  readonly runId?: string | undefined
}

/** What a summarising function makes of a session: the body of the episode, or more of it. */
export type Summary = string | Pick<NewEpisode, 'title' | 'body' | 'outcome'>

export interface DistillOptions<Item> {
  /** The run that is noted in the episode. Default: none is. */
  readonly runId?: string | undefined
  /**
   * Where the session is read. Default: the sessions of the same database, in the tables of default names. What was
   * summed up is noted by session id and row, not by table: give the sessions that are distilled into one memory
   * different ids, whatever tables they are in, or rows are left out.
   */
  readonly sessions?: SessionStore<Item> | undefined
}

/**
 * The memory of one database: facts, episodes, working memory, and a graph of entities.
 *
 * Every method is one atomic batch, except where it says that it reads first. The tables are made by the first batch
 * that needs them. Every rejection is a `StorageError`, or what your own `embed` or `summarize` threw, and a rejected
 * change changed nothing. Texts given by users or models are safe everywhere.
 */
export interface MemoryStore {
  /**
   * Makes the tables, indexes the rows that others wrote, brings a text index up to date that no longer agrees with
   * its rows (after a `VACUUM`, say), and embeds what has no vector yet. Not needed otherwise; safe to call again.
   */
  init(): Promise<void>

  /** Remembers a fact, or updates the one of that name, which keeps its `id` and `createdAt`. */
  remember(memory: NewMemory): Promise<Memory>

  /**
   * Finds facts and episodes that fit the text, best first; an empty list where nothing does. Any text will do: its
   * words, `"exact phrases"` and `prefixes*` are alternatives, unless `AND`, `OR`, `NOT`, `NEAR(a b, 5)` or
   * parentheses join them as in FTS5. A blank text recalls the newest. Where others wrote rows that are not indexed
   * yet, it indexes them first. With `embed`, two batches more.
   */
  recall(text: string, options?: RecallOptions): Promise<MemoryHit[]>

  /** Lists the facts, latest change first: what to load into a prompt. */
  index(options?: IndexOptions): Promise<Memory[]>

  /** Resolves with the fact of this name, or with `null`. */
  get(name: string): Promise<Memory | null>

  /**
   * Finds the fact of this name, or the episode of this id, with where it comes from; `null` where there is neither.
   * Two batches.
   */
  find(name: string): Promise<MemoryHit | null>

  /** Deletes the fact of this name, or the episode of this id. Resolves with false where there was none. */
  forget(name: string): Promise<boolean>

  /** Connects two entities, making those that are missing. The same edge again changes nothing. */
  link(src: string, rel: string, dst: string): Promise<void>

  /** Lists links, latest first. */
  links(options?: LinksOptions): Promise<Link[]>

  /**
   * Deletes a link, and those of its entities that no other one has. Resolves with false where there was none.
   */
  unlink(src: string, rel: string, dst: string): Promise<boolean>

  /** Finds what is connected to the entity of this name; nothing where there is none. */
  neighbors(name: string, options?: NeighborsOptions): Promise<Neighbors>

  /** Counts the facts, the entities and the edges between them. */
  stats(): Promise<{ memories: number; entities: number; edges: number }>

  /** Keeps an episode. */
  record(episode: NewEpisode): Promise<Episode>

  /** Lists episodes by time, latest first. */
  episodes(options?: EpisodesOptions): Promise<Episode[]>

  /**
   * Sums up a session as an episode, with a function of yours. Called again, it resolves with that episode, or sums
   * up only what was added since; also where several callers do it at once. Resolves with `null` for a session
   * without items. When `summarize` throws, it rejects with that error, and nothing was stored. Reads first.
   */
  distill<Item = unknown>(
    sessionId: string,
    summarize: (items: Item[]) => Summary | Promise<Summary>,
    options?: DistillOptions<Item>,
  ): Promise<Episode | null>

  /** Returns the scratch memory of one run. Does no I/O. */
  working(runId: string): WorkingMemory

  /** Lists what the working memory of all runs holds and has not expired, the latest to expire first. */
  workingEntries(options?: WorkingEntriesOptions): Promise<WorkingEntry[]>
}
