import type { Generated } from 'kysely'

/** The tables of a memory, for `Kysely<MemoryTables>`. Times are milliseconds since 1970, UTC. */
export interface MemoryTables {
  /** Each row is a fact. */
  ctx_memory: {
    /** The number by which the text index knows the row. */
    rowid: Generated<number>
    id: string
    name: string
    description: string
    type: string
    body: string
    source: string | null
    created_at: number
    updated_at: number
  }
  /** Each row says in which session a fact was learnt. It goes when somebody else changes the fact. */
  ctx_origin: {
    memory_id: string
    session_id: string
  }
  /** Each row is an episode, and is never updated. */
  ctx_episode: {
    row: Generated<number>
    id: string
    title: string
    body: string
    outcome: string | null
    session_id: string | null
    run_id: string | null
    source: string | null
    happened_at: number
    /** The first row of `agent_messages` that a distilled episode sums up; null for others. */
    first_row: number | null
    /** The last row of `agent_messages` that a distilled episode sums up; null for others. */
    last_row: number | null
  }
  /** Each row is a key and a JSON value of the working memory of a run. */
  ctx_working: {
    run_id: string
    key: string
    value: string
    expires_at: number
  }
  ctx_entity: {
    id: string
    name: string
    created_at: number
  }
  ctx_edge: {
    src: string
    rel: string
    dst: string
    source: string | null
    created_at: number
  }
  /** Each row is the vector of a fact or an episode: 32-bit floats, little-endian, of length 1. */
  ctx_embedding: {
    /** The id of the fact or episode. */
    id: string
    /** `updated_at` of the fact when it was embedded; another one means that the vector is out of date. */
    version: number
    vector: Uint8Array
  }
  /** Each row stands for a fact or an episode that was written and is not in the text index yet. */
  ctx_unindexed: {
    kind: string
    row: number
    /** A number that is another one each time the row is written. */
    stamp: number
  }
  /** The one row says the version of this layout, once everything was made. */
  ctx_layout: {
    version: number
  }
}
