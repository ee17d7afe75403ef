import type { Generated } from 'kysely'

/** The tables, for `Kysely<MemoryTables>`. Times are milliseconds since 1970, UTC. */
export interface MemoryTables {
  /** Facts. */
  ctx_memory: {
    /** What the text index calls the row. */
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
  /** Where a fact was learnt, if that is known; forgotten when somebody else changes the fact. */
  ctx_origin: {
    memory_id: string
    session_id: string
  }
  /** What happened. Rows are never updated. */
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
    /** Of a distilled episode: the rows of `agent_messages` that it sums up. */
    first_row: number | null
    last_row: number | null
  }
  /** Scratch for one run; values are JSON. */
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
  /** Vectors of facts and episodes: 32-bit floats, little-endian, of length 1. */
  ctx_embedding: {
    /** The id of the fact or episode. */
    id: string
    /** `updated_at` of the fact when it was embedded; another one means that the vector is out of date. */
    version: number
    vector: Uint8Array
  }
  /** Rows of facts and episodes that were written and are not in the text index yet. */
  ctx_unindexed: {
    kind: string
    row: number
    /** Another one each time the row is written. */
    stamp: number
  }
  /** One row, once everything was made: the version of this layout. */
  ctx_layout: {
    version: number
  }
}
