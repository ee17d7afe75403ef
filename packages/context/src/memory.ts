/** All there are. */
export const MEMORY_TYPES = ['user', 'feedback', 'project', 'reference'] as const

/** What a fact is about: the user, how to work, the work itself, or where to look. */
export type MemoryType = (typeof MEMORY_TYPES)[number]

/** A fact to remember. */
export interface NewMemory {
  /** Names the fact; remembering the name again updates it. */
  readonly name: string
  /** One line for the index. Default: empty. */
  readonly description?: string | undefined
  /** Default: `project`. */
  readonly type?: MemoryType | undefined
  readonly body: string
  /** The session it was learnt in. */
  readonly sessionId?: string | undefined
}

/** A fact: durable, with a name, updated in place. */
export interface Memory {
  /** `m_` and 32 hexadecimal digits; kept when the fact is updated. */
  readonly id: string
  readonly name: string
  readonly description: string
  readonly type: string
  readonly body: string
  /** Who wrote it first: the `source` of that store. */
  readonly source: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Something that happened, to be kept. */
export interface NewEpisode {
  /** One line. Default: empty. */
  readonly title?: string | undefined
  readonly body: string
  /** How it ended, in a word or two, such as `done` or `failed`. */
  readonly outcome?: string | undefined
  readonly sessionId?: string | undefined
  readonly runId?: string | undefined
  /** Default: now. */
  readonly happenedAt?: Date | undefined
}

/** What happened in a run. Never updated. */
export interface Episode {
  /** `ep_` and 32 hexadecimal digits. */
  readonly id: string
  readonly title: string
  readonly body: string
  readonly outcome: string | null
  readonly sessionId: string | null
  readonly runId: string | null
  readonly source: string | null
  readonly happenedAt: Date
  /** For a distilled episode, the first and the last row of `agent_messages` that it sums up. */
  readonly rows: { readonly first: number; readonly last: number } | null
}

export type MemoryKind = 'fact' | 'episode'

/** What was recalled, and where it comes from. */
export interface MemoryHit {
  readonly kind: MemoryKind
  readonly id: string
  /** The name of the fact, or the id of the episode: what `forget` takes. */
  readonly name: string
  /** The description of the fact, or the title of the episode. */
  readonly description: string
  /** The type of the fact, or `episode`. */
  readonly type: string
  readonly body: string
  readonly outcome: string | null
  readonly sessionId: string | null
  readonly runId: string | null
  readonly source: string | null
  readonly createdAt: Date
  /** Of an episode: when it happened. */
  readonly updatedAt: Date
  /** Higher is better; comparable within one call only. 0 where nothing was searched for. */
  readonly score: number
  /** Where it is stored. */
  readonly table: 'ctx_memory' | 'ctx_episode'
  readonly rowId: number
}

export interface Entity {
  readonly id: string
  readonly name: string
}

export interface Edge {
  /** The id of an entity. */
  readonly src: string
  readonly rel: string
  /** The id of an entity. */
  readonly dst: string
}

export interface Neighbors {
  /** What was reached, nearest first, without the start. */
  readonly entities: readonly Entity[]
  /** The edges on the way. */
  readonly edges: readonly Edge[]
}
