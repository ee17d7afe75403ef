import { rawSessionStatements } from '../dialects/raw-session-statements.ts'
import type { SqlDriver, SqlResult, SqlStatement, SqlValue } from '../driver/sql-driver.ts'
import { isStorageError, StorageError } from '../driver/storage-error.ts'
import { packWithinLimits } from './encode-items.ts'
import { guard } from './guard.ts'
import { toNumber } from './history-reader.ts'
import { smaller } from './read-in-pages.ts'
import { SessionBatches } from './session-batches.ts'
import type { SessionCatalogOptions } from './session-catalog.ts'
import { toHex } from './to-hex.ts'

/** A time as it is stored: as a rule UTC, as in `2026-01-31 23:59:59`. */
export type RawTime = string | number | null

export interface RawSession {
  readonly sessionId: string
  readonly createdAt: RawTime
  readonly updatedAt: RawTime
}

export interface RawSessionSummary extends RawSession {
  /** How many rows the session has. */
  readonly items: number
  /** How many bytes all items have, in the encoding of the database. */
  readonly bytes: number
  /** The id of the newest row; 0 where there is none. */
  readonly lastRowId: number
}

/**
 * What a row holds: text, or the bytes of what is no text, or no text that JavaScript could hold unchanged. Bytes of
 * text are in the encoding of the database.
 */
export type RawData = string | { readonly bytes: Uint8Array; readonly storage: 'text' | 'blob' }

export interface RawRow {
  readonly rowId: number
  readonly sessionId: string
  readonly createdAt: RawTime
  readonly data: RawData
}

export interface RawChange {
  /** The session that is changed. It is made where there is none, and otherwise gets these times. */
  readonly session: RawSession
  /** The id of the newest row that the session must have now; 0 for none. */
  readonly expectLast: number
  /** The row after which all rows are removed; 0 removes all. Default: none is removed. */
  readonly truncateAfter?: number | undefined
  /** The rows that are added at the end, in this order. */
  readonly rows: readonly Pick<RawRow, 'createdAt' | 'data'>[]
}

/** Rows in one insert. */
const ROWS_PER_INSERT = 64

/** Ids in one answer. */
const IDS = 10_000

const PAGE = { rows: 100_000, bytes: 32 * 1024 * 1024 }
/** As often as a change of the session store starts over, for the same reason. */
const ATTEMPTS = 20

/**
 * Sessions as they are stored, times and corrupt rows included, for copies that lose nothing. Nothing is decoded.
 * Operation ids are not part of it. Every method is one atomic batch, two where rows hold other things than text, and
 * more where the database refuses an answer as too large; every rejection is a `StorageError`.
 */
export class RawSessions {
  readonly #batches: SessionBatches
  readonly #statements: ReturnType<typeof rawSessionStatements>

  constructor(driver: SqlDriver, options: SessionCatalogOptions = {}) {
    this.#batches = new SessionBatches(driver, options)
    this.#statements = rawSessionStatements(this.#batches.dialect, this.#batches.names)
  }

  /** Resolves with the number of sessions. */
  async count(): Promise<number> {
    const [result] = await this.#read(this.#statements.count({}), [])
    return toNumber(result?.rows[0]?.[0])
  }

  /** Resolves with up to `limit` sessions, in the order of their ids, after the given id. */
  async list(options: { limit: number; after?: string | undefined }): Promise<RawSessionSummary[]> {
    const { limit, after } = options
    const { list, listFirst } = this.#statements
    const statement = after === undefined ? listFirst({ limit }) : list({ limit, after })
    const [result] = await this.#read(statement, [])
    return (result?.rows ?? []).map(toSummary)
  }

  /** Resolves with those of the given sessions that exist. */
  async get(sessionIds: readonly string[]): Promise<RawSessionSummary[]> {
    const [result] = await this.#read(
      this.#statements.get({ sessions: JSON.stringify(sessionIds) }),
      sessionIds,
    )
    return (result?.rows ?? []).map(toSummary)
  }

  /**
   * Resolves with all rows of the given sessions at one moment, in the order of session ids and rows. Where they have
   * to be read in parts and are changed 20 times meanwhile, it rejects with `HISTORY_CONFLICT`.
   */
  async read(sessionIds: readonly string[]): Promise<RawRow[]> {
    const statement = this.#statements.read({ sessions: JSON.stringify(sessionIds) })
    try {
      const [result] = await this.#read(statement, sessionIds)
      return await this.#toRows(result)
    } catch (error) {
      if (!isStorageError(error, 'TOO_LARGE')) throw error
      return this.#readInPages(sessionIds)
    }
  }

  async #readInPages(sessionIds: readonly string[]): Promise<RawRow[]> {
    let before = await this.get(sessionIds)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const rows: RawRow[] = []
      for (const { sessionId, lastRowId } of before) {
        for (let after = 0; after < lastRowId; ) {
          const page = await this.readPage(sessionId, { after, limit: PAGE.rows, bytes: PAGE.bytes })
          const last = page.at(-1)
          if (!last) break
          for (const row of page) rows.push(row)
          after = last.rowId
        }
      }
      const now = await this.get(sessionIds)
      // Rows never change and ids only grow.
      if (JSON.stringify(now) === JSON.stringify(before)) return rows
      before = now
    }
    throw new StorageError(
      'HISTORY_CONFLICT',
      `The sessions changed ${ATTEMPTS} times while they were being read. Try again when others write less.`,
    )
  }

  /**
   * Resolves with up to `limit` rows of a session after the given row, oldest first, but no more than add up to
   * `bytes`, or to what the database gives in one answer, except that the first one may be larger. An empty page:
   * there are no more.
   */
  async readPage(
    sessionId: string,
    options: { after: number; limit: number; bytes: number },
  ): Promise<RawRow[]> {
    for (let { bytes } = options; ; bytes = smaller(bytes)) {
      try {
        const [result] = await this.#read(
          this.#statements.readPage({ ...options, session: sessionId, bytes }),
          [sessionId],
        )
        return await this.#toRows(result)
      } catch (error) {
        if (bytes === 0 || !isStorageError(error, 'TOO_LARGE')) throw error
      }
    }
  }

  /** Resolves with the ids of all rows of a session, in their order. A batch for each 10,000. */
  async rowIds(sessionId: string): Promise<number[]> {
    const ids: number[] = []
    for (let isMore = true; isMore; ) {
      const page = { session: sessionId, after: ids.at(-1) ?? 0, limit: IDS }
      const [result] = await this.#read(this.#statements.rowIds(page), [sessionId])
      for (const [id] of result?.rows ?? []) ids.push(toNumber(id))
      isMore = result?.rows.length === IDS
    }
    return ids
  }

  /**
   * Applies all changes or none, and resolves with the ids of the newest rows that the sessions have then. Rejects
   * with `HISTORY_CONFLICT` where a newest row is not the expected one.
   */
  async write(changes: readonly RawChange[]): Promise<ReadonlyMap<string, number>> {
    const sessions = changes.map(({ session }) => session.sessionId)
    const results = await this.#batches
      .run(this.#writeStatements(changes), { sessions })
      .catch((error: unknown) => {
        if (!isStorageError(error, 'HISTORY_CONFLICT')) throw error
        throw new StorageError(
          'HISTORY_CONFLICT',
          'A session is no longer what it was when it was read. Nothing was written. Try again.',
          { cause: error.cause },
        )
      })
    return new Map(results.at(-1)?.rows.map(([session, last]) => [String(session), toNumber(last)]))
  }

  #writeStatements(changes: readonly RawChange[]): SqlStatement[] {
    const { expectLast, truncate, putSessions, lastRows } = this.#statements
    const keeps = changes.flatMap(({ session, truncateAfter }) =>
      truncateAfter === undefined ? [] : [[session.sessionId, truncateAfter]],
    )
    return [
      putSessions({
        sessions: JSON.stringify(
          changes.map(({ session }) => [session.sessionId, session.createdAt, session.updatedAt]),
        ),
      }),
      guard(
        expectLast({
          changes: JSON.stringify(changes.map((change) => [change.session.sessionId, change.expectLast])),
        }),
      ),
      ...(keeps.length === 0 ? [] : [truncate({ keeps: JSON.stringify(keeps) })]),
      ...this.#insertStatements(changes),
      lastRows({ sessions: JSON.stringify(changes.map(({ session }) => session.sessionId)) }),
    ]
  }

  #insertStatements(changes: readonly RawChange[]): SqlStatement[] {
    const { insertRows, insertTexts } = this.#statements
    const { limits } = this.#batches.driver
    if (limits || changes.some(({ rows }) => rows.some(({ data }) => typeof data !== 'string'))) {
      const texts = changes.flatMap(({ session, rows }) => rows.map((row) => rowText(session.sessionId, row)))
      const arrays = texts.length === 0 ? [] : packWithinLimits(texts, limits)
      return arrays.map((array) => insertRows({ rows: array }))
    }
    const statements: SqlStatement[] = []
    let values: SqlValue[] = []
    for (const { session, rows } of changes) {
      for (const { createdAt, data } of rows) {
        values.push(session.sessionId, data as string, createdAt)
        if (values.length < ROWS_PER_INSERT * 3) continue
        statements.push(insertTexts(values))
        values = []
      }
    }
    if (values.length > 0) statements.push(insertTexts(values))
    return statements
  }

  #read(statement: SqlStatement, sessions: readonly string[]): Promise<SqlResult[]> {
    return this.#batches.run([statement], { readOnly: true, sessions })
  }

  async #toRows(result: SqlResult | undefined): Promise<RawRow[]> {
    const rows: RawRow[] = []
    const odd: number[] = []
    for (const [id, session, data, created, bytes] of result?.rows ?? []) {
      const rowId = toNumber(id)
      if (!isPlainText(data, bytes)) odd.push(rowId)
      rows.push({
        rowId,
        sessionId: session as string,
        createdAt: toStoredTime(created),
        data: data as string,
      })
    }
    return odd.length === 0 ? rows : this.#withBytes(rows, odd)
  }

  async #withBytes(rows: readonly RawRow[], odd: readonly number[]): Promise<RawRow[]> {
    const [result] = await this.#read(this.#statements.readBytes({ rows: JSON.stringify(odd) }), [])
    const found = new Map<number, RawData>()
    let decoder: TextDecoder | undefined
    for (const [id, storage, bytes, a] of result?.rows ?? []) {
      decoder ??= new TextDecoder(encodingOf(a as Uint8Array), { fatal: true, ignoreBOM: true })
      found.set(toNumber(id), toData(storage === 'blob' ? 'blob' : 'text', bytes as Uint8Array, decoder))
    }
    return rows.map((row) => ({ ...row, data: found.get(row.rowId) ?? row.data }))
  }
}

/** False for text that may have lost something on its way: bindings replace what is not UTF-8, or cut at a NUL. */
function isPlainText(data: SqlValue | undefined, bytes: SqlValue | undefined): data is string {
  if (typeof data !== 'string' || data.includes('\0') || data.includes('\ufffd')) return false
  const { length } = data
  // In UTF-8 as a rule, or in UTF-16.
  return length === bytes || utf8Length(data) === bytes || length * 2 === bytes
}

const utf8 = new TextEncoder()
const utf8Length = (text: string) => utf8.encode(text).length

/** The encoding of a database, told by the bytes of an `a`. */
function encodingOf(a: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (a.length === 1) return 'utf-8'
  return a[0] === 0 ? 'utf-16be' : 'utf-16le'
}

function toData(storage: 'text' | 'blob', bytes: Uint8Array, decoder: TextDecoder): RawData {
  if (storage === 'blob') return { storage, bytes }
  try {
    const text = decoder.decode(bytes)
    return text.includes('\0') ? { storage, bytes } : text
  } catch {
    return { storage, bytes }
  }
}

function rowText(sessionId: string, { createdAt, data }: RawChange['rows'][number]): string {
  if (typeof data === 'string') return JSON.stringify([sessionId, createdAt, data])
  return JSON.stringify([sessionId, createdAt, toHex(data.bytes), data.storage])
}

function toSummary(row: SqlResult['rows'][number]): RawSessionSummary {
  const [sessionId, createdAt, updatedAt, items, bytes, last] = row
  return {
    sessionId: String(sessionId),
    createdAt: toStoredTime(createdAt),
    updatedAt: toStoredTime(updatedAt),
    items: toNumber(items),
    bytes: toNumber(bytes),
    lastRowId: toNumber(last),
  }
}

function toStoredTime(value: SqlValue | undefined): RawTime {
  return typeof value === 'string' || typeof value === 'number' ? value : value == null ? null : String(value)
}
