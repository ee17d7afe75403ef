import type { RawRow, RawSession } from '@persql/session-core'

/** A session, or a part of one whose rows do not fit into one group. */
export interface SessionPart {
  readonly session: RawSession
  readonly rows: readonly RawRow[]
  readonly isFirst: boolean
  readonly isLast: boolean
}

/**
 * What is moved in one step: whole sessions, or one part of a large one. Small enough to be held in memory several
 * times over.
 */
export type SessionGroup = readonly SessionPart[]

/** A group is closed when it has so much of anything. */
export const GROUP = { sessions: 500, rows: 4000, bytes: 2_000_000 } as const

/** About what a row takes. */
export function rowBytes({ data }: Pick<RawRow, 'data'>): number {
  return typeof data === 'string' ? data.length : data.bytes.length
}
