import type { RawData, RawRow, RawSession, RawTime } from '@persql/session-core'
import { Checksum } from './checksum.ts'
import type { SessionGroup } from './group.ts'
import { Grouper } from './grouper.ts'

/**
 * The form of an export, one JSON object on each line: a head, for each session its line and those of its items in
 * order, and an end with the numbers and the checksum of what came before. Version 1; see docs/cli.md.
 */
const HEAD = { type: 'persql-sessions', version: 1 } as const

/** Characters in one piece, about. */
const CHUNK = 256 * 1024

/** The text of an export, in pieces, each ending with a line. */
export async function* writeJsonLines(groups: AsyncIterable<SessionGroup>): AsyncGenerator<string> {
  const checksum = new Checksum()
  let piece = `${JSON.stringify(HEAD)}\n`
  for await (const group of groups) {
    for (const { session, rows, isFirst } of group) {
      const { sessionId, createdAt, updatedAt } = session
      if (isFirst) {
        checksum.addSession(sessionId)
        piece += `${JSON.stringify({ type: 'session', sessionId, createdAt, updatedAt })}\n`
      }
      const id = JSON.stringify(sessionId)
      for (const row of rows) {
        checksum.addRow(row)
        piece += itemLine(id, row)
        if (piece.length < CHUNK) continue
        yield piece
        piece = ''
      }
    }
  }
  const { sessions, items } = checksum
  yield `${piece}${JSON.stringify({ type: 'end', sessions, items, checksum: checksum.digest() })}\n`
}

/** `sessionId`: as JSON. */
function itemLine(sessionId: string, { createdAt, data }: RawRow): string {
  const start = `{"type":"item","sessionId":${sessionId},"createdAt":${JSON.stringify(createdAt)}`
  if (typeof data === 'string') return `${start},"text":${JSON.stringify(data)}}\n`
  return `${start},"base64":"${Buffer.from(data.bytes).toString('base64')}","storage":"${data.storage}"}\n`
}

export interface ReadOptions {
  /** Whether a file without its end line is taken for what it is. */
  readonly incomplete?: boolean | undefined
}

/**
 * The sessions of an export in groups. Throws where a line is not what it should be, with its number, and at the end
 * where lines are missing or were changed; the groups before are given by then.
 */
export async function* readJsonLines(
  lines: AsyncIterable<readonly string[]>,
  { incomplete = false }: ReadOptions = {},
): AsyncGenerator<SessionGroup> {
  const reader = new LineReader()
  for await (const some of lines) {
    for (const line of some) {
      reader.read(line)
      if (reader.groups.length > 0) yield* reader.groups.splice(0)
    }
  }
  reader.end()
  yield* reader.groups
  if (!reader.isEnded && !incomplete) {
    throw new Error(
      `The export has no end line after line ${reader.number}: it was cut short. What it holds was imported. ` +
        'Add --incomplete if that is all there is.',
    )
  }
}

/** Checks line after line, and collects what they say. */
class LineReader {
  readonly #checksum = new Checksum()
  readonly #grouper = new Grouper()
  number = 0
  isEnded = false

  get groups(): SessionGroup[] {
    return this.#grouper.groups
  }

  read(line: string): void {
    this.number += 1
    if (line === '' || line === '\r') return
    const { number } = this
    const fields = parseLine(line, number)
    if (this.isEnded) throw broken(number, 'comes after the end line')
    if (number === 1) checkHead(fields)
    else if (fields['type'] === 'session') {
      const session = toSession(fields, number)
      this.#checksum.addSession(session.sessionId)
      this.#grouper.begin(session)
    } else if (fields['type'] === 'item') {
      if (fields['sessionId'] !== this.#grouper.sessionId) {
        throw broken(number, 'is an item outside of its session')
      }
      const row = toRow(fields, number)
      this.#checksum.addRow(row)
      this.#grouper.add(row)
    } else if (fields['type'] === 'end') {
      this.isEnded = true
      this.#checkEnd(fields)
    } else throw broken(number, 'is neither a session, an item nor the end')
  }

  end(): void {
    this.#grouper.end()
  }

  #checkEnd(fields: Fields): void {
    const { sessions, items } = this.#checksum
    const isSame = fields['sessions'] === sessions && fields['items'] === items
    if (!isSame || fields['checksum'] !== this.#checksum.digest()) {
      throw broken(this.number, 'does not agree with the lines before: some are missing, or were changed')
    }
  }
}

type Fields = Readonly<Record<string, unknown>>

function parseLine(line: string, number: number): Fields {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value as Fields
  } catch {}
  throw broken(number, 'is not a JSON object')
}

function checkHead({ type, version }: Fields): void {
  if (type !== HEAD.type) throw broken(1, 'is not the head of an export by `persql sessions export`')
  if (version !== HEAD.version) throw broken(1, `says version ${version}; this program reads ${HEAD.version}`)
}

function toSession(fields: Fields, number: number): RawSession {
  const { sessionId, createdAt, updatedAt } = fields
  if (typeof sessionId !== 'string' || !sessionId.isWellFormed()) throw broken(number, 'has no session id')
  return { sessionId, createdAt: toTime(createdAt, number), updatedAt: toTime(updatedAt, number) }
}

function toRow(fields: Fields, number: number): RawRow {
  const { sessionId, createdAt } = fields
  const data = toData(fields)
  if (data === undefined) throw broken(number, 'holds neither text nor bytes of an item')
  return { rowId: 0, sessionId: sessionId as string, createdAt: toTime(createdAt, number), data }
}

function toData({ text, base64, storage }: Fields): RawData | undefined {
  if (typeof text === 'string') return text.isWellFormed() && !text.includes('\0') ? text : undefined
  if (typeof base64 !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined
  if (storage !== 'text' && storage !== 'blob') return undefined
  return { bytes: new Uint8Array(Buffer.from(base64, 'base64')), storage }
}

function toTime(value: unknown, number: number): RawTime {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  throw broken(number, 'has a time that is neither text nor a number')
}

/** Never with the content of the line. */
function broken(number: number, what: string): Error {
  return new Error(`Line ${number} ${what}.`)
}
