/** All types that a fact can have. */
export const MEMORY_TYPES = ['user', 'feedback', 'project', 'reference'] as const

/** What a fact is about: the user, how to work, the work itself, or where to look. */
export type MemoryType = (typeof MEMORY_TYPES)[number]

/** A fact to remember. */
export interface NewMemory {
  /** The name of the fact; remembering the name again updates the fact. */
  readonly name: string
  /** One line that says in the index what the fact is about. Default: empty. */
  readonly description?: string | undefined
  /** What the fact is about. Default: `project`. */
  readonly type?: MemoryType | undefined
  readonly body: string
  /** The session in which the fact was learnt. Default: none is noted. */
  readonly sessionId?: string | undefined
}

/** A fact: durable, with a name, updated in place. */
export interface Memory {
  /** The id, of `m_` and 32 hexadecimal digits. It stays when the fact is updated. */
  readonly id: string
  readonly name: string
  readonly description: string
  readonly type: string
  readonly body: string
  /** Who remembered the fact first: the `source` of that store. */
  readonly source: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Something that happened, to be kept. */
export interface NewEpisode {
  /** One line that says what happened. Default: empty. */
  readonly title?: string | undefined
  readonly body: string
  /** How the episode ended, in a word or two, such as `done` or `failed`. */
  readonly outcome?: string | undefined
  readonly sessionId?: string | undefined
  readonly runId?: string | undefined
  /** When the episode happened. Default: now. */
  readonly happenedAt?: Date | undefined
}

/** What happened in a run. An episode is never updated. */
export interface Episode {
  /** The id, of `ep_` and 32 hexadecimal digits. */
  readonly id: string
  readonly title: string
  readonly body: string
  readonly outcome: string | null
  readonly sessionId: string | null
  readonly runId: string | null
  readonly source: string | null
  readonly happenedAt: Date
  /** The first and the last row of `agent_messages` that a distilled episode sums up; null for others. */
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
  /** When the fact was last remembered, or when the episode happened. */
  readonly updatedAt: Date
  /** How well the memory fits: higher is better, within one call only. It is 0 where nothing was searched for. */
  readonly score: number
  /** The table in which the memory is stored. */
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

/** An edge with its entities, and where it comes from. */
export interface Link {
  readonly src: Entity
  readonly rel: string
  readonly dst: Entity
  /** Who noted the link first: the `source` of that store. */
  readonly source: string | null
  readonly createdAt: Date
}

/** A key of the working memory of a run. */
export interface WorkingEntry {
  readonly runId: string
  readonly key: string
  /** The value as it is stored: JSON, unless somebody else has written it. */
  readonly json: string
  readonly expiresAt: Date
}
