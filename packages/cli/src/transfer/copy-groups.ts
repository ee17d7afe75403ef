import { type RawChange, type RawRow, type RawSession, RawSessions, StorageError } from '@persql/session-core'
import type { Database } from '../database.ts'
import { Checksum } from './checksum.ts'
import { rowBytes, type SessionGroup, type SessionPart } from './group.ts'

export interface CopyResult {
  /** Sessions that the destination now has as the source has them. */
  readonly sessions: number
  /** Items that both have, those at the beginning of a long session in `conflicts` included. */
  readonly items: number
  /** How many items of those had to be written. */
  readonly written: number
  /** SHA-256 of what was read from the source, which is what was read back from the destination. */
  readonly checksum: string
  /** Sessions that were left alone, because the destination has another history under their id. */
  readonly conflicts: readonly string[]
}

export interface CopyOptions {
  /** Puts the history of the source in the place of another one. */
  readonly overwrite?: boolean | undefined
  /** Called after each group. */
  onProgress?(group: SessionGroup): void
}

/**
 * Brings sessions into a database: appends what its histories lack, after it has compared what they have. So a copy
 * that was cut short goes on where it ended, and a second one writes nothing. Each group is one atomic batch, on
 * condition that nobody else has written to these sessions since they were compared, and is read back.
 */
export async function copyGroups(
  groups: AsyncIterable<SessionGroup>,
  destination: Database,
  options: CopyOptions = {},
): Promise<CopyResult> {
  const copy = new Copy(destination, options.overwrite ?? false)
  for await (const group of groups) {
    await copy.add(group)
    options.onProgress?.(group)
  }
  return copy.result()
}

/** What is known of a session in the destination that goes on in the next group. */
interface Position {
  /** The newest row that is the same on both sides. */
  readonly last: number
  readonly isConflict: boolean
}

interface Comparison {
  readonly part: SessionPart
  /** Rows that the destination has already. */
  readonly same: readonly RawRow[]
  readonly isConflict: boolean
  readonly change?: RawChange
}

class Copy {
  readonly #stored: RawSessions
  readonly #overwrite: boolean
  readonly #checksum = new Checksum()
  readonly #conflicts: string[] = []
  #sessions = 0
  #written = 0
  #continued: Position | undefined

  constructor({ driver, tables }: Database, overwrite: boolean) {
    this.#stored = new RawSessions(driver, tables)
    this.#overwrite = overwrite
  }

  async add(group: SessionGroup): Promise<void> {
    const [first] = group
    const compared =
      first && !(first.isFirst && first.isLast)
        ? [await this.#comparePart(first, first.isFirst ? undefined : this.#continued)]
        : await this.#compareWhole(group)
    const changes = compared.flatMap(({ change }) => (change ? [change] : []))
    const lasts = changes.length === 0 ? undefined : await this.#stored.write(changes)
    const readBack = await this.#readBack(compared)

    for (const [index, { part, isConflict, same }] of compared.entries()) {
      const { sessionId } = part.session
      if (isConflict) {
        if (part.isLast) this.#conflicts.push(sessionId)
        continue
      }
      // What was there had been compared before.
      const written = part.rows.slice(same.length)
      if (!areEqual(written, readBack[index] ?? [])) throw notTheSame(sessionId)
      this.#written += written.length
      if (part.isFirst) this.#checksum.addSession(sessionId)
      for (const row of part.rows) this.#checksum.addRow(row)
      if (part.isLast) this.#sessions += 1
    }
    const last = compared.at(-1)
    this.#continued = last && !last.part.isLast ? this.#positionAfter(last, lasts) : undefined
  }

  result(): CopyResult {
    return {
      sessions: this.#sessions,
      items: this.#checksum.items,
      written: this.#written,
      checksum: this.#checksum.digest(),
      conflicts: this.#conflicts,
    }
  }

  #positionAfter(
    { part, same, change, isConflict }: Comparison,
    lasts?: ReadonlyMap<string, number>,
  ): Position {
    const written = change && change.rows.length > 0 ? lasts?.get(part.session.sessionId) : undefined
    return { isConflict, last: written ?? same.at(-1)?.rowId ?? this.#continued?.last ?? 0 }
  }

  async #compareWhole(group: SessionGroup): Promise<Comparison[]> {
    const ids = group.map(({ session }) => session.sessionId)
    const found = new Map((await this.#stored.get(ids)).map((session) => [session.sessionId, session]))
    const hasMore = ({ session, rows }: SessionPart) => {
      const { items = 0, bytes = 0 } = found.get(session.sessionId) ?? {}
      return items > rows.length || bytes > LONGEST_UTF8 * sizeOf(rows)
    }
    // Of a session that has more than the source, no row needs to be looked at.
    const comparable = group.flatMap((part) => {
      const known = found.get(part.session.sessionId)
      return known && known.items > 0 && !hasMore(part) ? [known] : []
    })
    const bySession = new Map<string, RawRow[]>()
    if (comparable.length > 0) {
      for (const row of await this.#stored.read(comparable.map(({ sessionId }) => sessionId))) {
        const rows = bySession.get(row.sessionId)
        if (rows) rows.push(row)
        else bySession.set(row.sessionId, [row])
      }
    }
    return group.map((part) => {
      const { sessionId } = part.session
      const known = found.get(sessionId)
      const rows = bySession.get(sessionId) ?? []
      return this.#compare({
        part,
        known,
        rows,
        hasMore: hasMore(part),
        before: 0,
        newest: rows.at(-1)?.rowId ?? known?.lastRowId ?? 0,
      })
    })
  }

  async #comparePart(part: SessionPart, position: Position | undefined): Promise<Comparison> {
    if (position?.isConflict) return { part, same: [], isConflict: true }
    const before = position?.last ?? 0
    const [known] = await this.#stored.get([part.session.sessionId])
    const wanted = part.rows.length
    const bytes = sizeOf(part.rows)
    const rows: RawRow[] = []
    // The source counts characters, the destination bytes: more than one page may be needed.
    while (rows.length < wanted) {
      const after = rows.at(-1)?.rowId ?? before
      const page = await this.#stored.readPage(part.session.sessionId, {
        after,
        bytes,
        limit: wanted - rows.length,
      })
      if (page.length === 0) break
      rows.push(...page)
    }
    const newest = known?.lastRowId ?? 0
    const hasMore = part.isLast && newest > (rows.at(-1)?.rowId ?? before)
    return this.#compare({ part, known, rows, hasMore, before, newest })
  }

  #compare(given: {
    readonly part: SessionPart
    readonly known: RawSession | undefined
    /** The rows in the destination in the place of those of the part, as far as there are any. */
    readonly rows: readonly RawRow[]
    /** The destination goes on where the source ends. */
    readonly hasMore: boolean
    /** The last row before those. */
    readonly before: number
    readonly newest: number
  }): Comparison {
    const { part, known, rows, hasMore, before, newest } = given
    const { session } = part
    const different = rows.findIndex((row, index) => !isEqual(row, part.rows[index]))
    if (different >= 0 || hasMore) {
      if (!this.#overwrite) return { part, same: [], isConflict: true }
      const same = different >= 0 ? rows.slice(0, different) : rows
      const truncateAfter = same.at(-1)?.rowId ?? before
      const change = { session, expectLast: newest, truncateAfter, rows: part.rows.slice(same.length) }
      return { part, same, isConflict: false, change }
    }
    const missing = part.rows.slice(rows.length)
    const hasTimes = known?.createdAt === session.createdAt && known.updatedAt === session.updatedAt
    if (missing.length === 0 && (hasTimes || !part.isLast)) return { part, same: rows, isConflict: false }
    return { part, same: rows, isConflict: false, change: { session, expectLast: newest, rows: missing } }
  }

  /** The rows after those that were the same, of sessions that were written to. */
  async #readBack(compared: readonly Comparison[]): Promise<(readonly RawRow[])[]> {
    const written = compared.filter(({ change }) => (change?.rows.length ?? 0) > 0)
    const [only] = written
    if (!only) return []
    if (!(only.part.isFirst && only.part.isLast)) return [await this.#readBackPart(only)]
    const bySession = new Map<string, RawRow[]>(written.map(({ part }) => [part.session.sessionId, []]))
    for (const row of await this.#stored.read([...bySession.keys()])) bySession.get(row.sessionId)?.push(row)
    return compared.map(({ part, same }) => bySession.get(part.session.sessionId)?.slice(same.length) ?? [])
  }

  async #readBackPart({ part, same, change }: Comparison): Promise<RawRow[]> {
    const { sessionId } = part.session
    const wanted = change?.rows.length ?? 0
    const bytes = sizeOf(part.rows)
    const rows: RawRow[] = []
    for (let after = same.at(-1)?.rowId ?? this.#continued?.last ?? 0; rows.length < wanted; ) {
      const page = await this.#stored.readPage(sessionId, { after, bytes, limit: wanted - rows.length })
      const last = page.at(-1)
      if (!last) break
      rows.push(...page)
      after = last.rowId
    }
    return rows
  }
}

/** Bytes that one character of a string can take. */
const LONGEST_UTF8 = 4

function sizeOf(rows: readonly RawRow[]): number {
  return rows.reduce((sum, row) => sum + rowBytes(row), 0)
}

function areEqual(rows: readonly RawRow[], others: readonly RawRow[]): boolean {
  return rows.length === others.length && rows.every((row, index) => isEqual(row, others[index]))
}

function isEqual(a: RawRow, b: RawRow | undefined): boolean {
  if (!b || a.createdAt !== b.createdAt) return false
  if (typeof a.data === 'string' || typeof b.data === 'string') return a.data === b.data
  return a.data.storage === b.data.storage && Buffer.compare(a.data.bytes, b.data.bytes) === 0
}

function notTheSame(sessionId: string): StorageError {
  return new StorageError(
    'HISTORY_CONFLICT',
    `Session "${sessionId}" was read back and is not what was written. Copy it again.`,
  )
}
