import { type RawRow, type RawSessionSummary, RawSessions, StorageError } from '@persql/session-core'
import type { Database } from '../database.ts'
import { GROUP, type SessionGroup } from './group.ts'
import { sessionSummaries } from './session-summaries.ts'

/** Sessions of a database in groups, all in the order of their ids, or the given ones. */
export async function* readGroups(
  { driver, tables }: Database,
  sessionIds: readonly string[],
): AsyncGenerator<SessionGroup> {
  const stored = new RawSessions(driver, tables)
  let small: RawSessionSummary[] = []
  let rows = 0
  let bytes = 0
  for await (const session of sessionSummaries(stored, sessionIds)) {
    const isLarge = session.items > GROUP.rows || session.bytes > GROUP.bytes
    const isFull =
      small.length === GROUP.sessions ||
      rows + session.items > GROUP.rows ||
      bytes + session.bytes > GROUP.bytes
    if (small.length > 0 && (isLarge || isFull)) {
      yield await readWhole(stored, small)
      small = []
      rows = 0
      bytes = 0
    }
    if (isLarge) {
      yield* readParts(stored, session)
    } else {
      small.push(session)
      rows += session.items
      bytes += session.bytes
    }
  }
  if (small.length > 0) yield await readWhole(stored, small)
}

async function readWhole(stored: RawSessions, sessions: readonly RawSessionSummary[]): Promise<SessionGroup> {
  const withRows = sessions.filter(({ items }) => items > 0).map(({ sessionId }) => sessionId)
  const bySession = new Map<string, RawRow[]>(sessions.map(({ sessionId }) => [sessionId, []]))
  const rows = withRows.length === 0 ? [] : await stored.read(withRows)
  for (const row of rows) bySession.get(row.sessionId)?.push(row)
  return sessions.map((session) => ({
    session,
    rows: bySession.get(session.sessionId) ?? [],
    isFirst: true,
    isLast: true,
  }))
}

async function* readParts(stored: RawSessions, summary: RawSessionSummary): AsyncGenerator<SessionGroup> {
  const { sessionId } = summary
  let session = summary
  let rows = await stored.readPage(sessionId, { after: 0, bytes: GROUP.bytes, limit: GROUP.rows })
  let read = 0
  for (let isFirst = true; ; isFirst = false) {
    const last = rows.at(-1)?.rowId
    read += rows.length
    const next =
      last === undefined
        ? []
        : await stored.readPage(sessionId, { after: last, bytes: GROUP.bytes, limit: GROUP.rows })
    const isLast = next.length === 0
    if (isLast) session = await unchanged(stored, session, last ?? 0, read)
    yield [{ session, rows, isFirst, isLast }]
    if (isLast) return
    rows = next
  }
}

/** The session as it is now, if the rows that were read, in several steps, are the ones that it still has. */
async function unchanged(
  stored: RawSessions,
  { sessionId }: RawSessionSummary,
  last: number,
  read: number,
): Promise<RawSessionSummary> {
  const [now] = await stored.get([sessionId])
  if (now && (now.lastRowId === last ? now.items === read : now.lastRowId > last && now.items > read))
    return now
  throw new StorageError(
    'HISTORY_CONFLICT',
    `Session "${sessionId}" was rewritten while it was being read. Try again.`,
  )
}
