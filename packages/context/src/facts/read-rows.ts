import type { SqlResult, SqlValue } from '@persql/session-core'
import type { Episode, Link, Memory, WorkingEntry } from '../memory.ts'

type Row = SqlResult['rows'][number]

const text = (cell: SqlValue | undefined) => String(cell)
const textOrNull = (cell: SqlValue | undefined) => (cell === null || cell === undefined ? null : String(cell))
const date = (cell: SqlValue | undefined) => new Date(Number(cell))

/** A fact from its columns, in the order in which the statements name them. */
export function toMemory([id, name, description, type, body, source, created, updated]: Row): Memory {
  return {
    id: text(id),
    name: text(name),
    description: text(description),
    type: text(type),
    body: text(body),
    source: textOrNull(source),
    createdAt: date(created),
    updatedAt: date(updated),
  }
}

export function toEpisode([id, title, body, outcome, session, run, source, time, first, last]: Row): Episode {
  return {
    id: text(id),
    title: text(title),
    body: text(body),
    outcome: textOrNull(outcome),
    sessionId: textOrNull(session),
    runId: textOrNull(run),
    source: textOrNull(source),
    happenedAt: date(time),
    rows: first === null || last === null ? null : { first: Number(first), last: Number(last) },
  }
}

export function toLink([src, srcName, rel, dst, dstName, source, created]: Row): Link {
  return {
    src: { id: text(src), name: text(srcName) },
    rel: text(rel),
    dst: { id: text(dst), name: text(dstName) },
    source: textOrNull(source),
    createdAt: date(created),
  }
}

export function toWorkingEntry([run, key, json, expires]: Row): WorkingEntry {
  return { runId: text(run), key: text(key), json: text(json), expiresAt: date(expires) }
}
