import {
  jsonCodec,
  parseTime,
  partsText,
  type RawRow,
  RawSessions,
  readItem,
  SessionCatalog,
  toSqlDriver,
} from '@persql/session-core'
import { toBase64, toHex } from '../ui/format.ts'
import type { Database } from './database.ts'
import { deleteLater, isLeaving } from './delete-later.ts'

const CODEC = jsonCodec<unknown>({ exactNumbers: true })

function argumentsOf({ handle, tableNames }: Database) {
  return [toSqlDriver(handle), { ...tableNames, createTables: false }] as const
}

/** Copies the rows up to one, or all, into a new session. */
export async function forkSession(
  database: Database,
  sessionId: string,
  newId: string,
  throughRowId: number | undefined,
): Promise<void> {
  await new SessionCatalog(...argumentsOf(database)).fork(sessionId, newId, { throughRowId })
}

/** Whether a session will be deleted. */
export function isSessionLeaving(slug: string, sessionId: string): boolean {
  return isLeaving(keyOf(slug, sessionId))
}

/** Deletes a session after some seconds, in which it can be kept. */
export function deleteSession(database: Database, sessionId: string): void {
  deleteLater(keyOf(database.slug, sessionId), `“${sessionId}” will be deleted`, () =>
    new SessionCatalog(...argumentsOf(database)).delete(sessionId),
  )
}

function keyOf(slug: string, sessionId: string): string {
  return JSON.stringify(['session', slug, sessionId])
}

async function readAll(database: Database, sessionId: string) {
  const stored = new RawSessions(...argumentsOf(database))
  const [[session], rows] = await Promise.all([stored.get([sessionId]), stored.read([sessionId])])
  if (!session) throw new Error('This session is not there any more.')
  return { session, rows }
}

/** A session as `persql sessions export` writes it, which `persql sessions import` reads. */
export async function exportSession(database: Database, sessionId: string): Promise<string> {
  const { session, rows } = await readAll(database, sessionId)
  const { createdAt, updatedAt } = session
  const lines: object[] = [
    { type: 'persql-sessions', version: 1 },
    { type: 'session', sessionId, createdAt, updatedAt },
  ]
  const summed: (string | Uint8Array)[] = [`session ${JSON.stringify(sessionId)}\n`]
  for (const { createdAt, data } of rows) {
    const isText = typeof data === 'string'
    const [length, storage] = isText ? [data.length, 'text'] : [data.bytes.length, data.storage]
    const content = isText ? { text: data } : { base64: toBase64(data.bytes), storage }
    lines.push({ type: 'item', sessionId, createdAt, ...content })
    summed.push(`item ${JSON.stringify(createdAt)} ${storage} ${length}\n`, isText ? data : data.bytes)
  }
  // Browsers have no digest for a page of another machine without HTTPS; such an export is imported as incomplete.
  if ('subtle' in crypto) {
    const bytes = await new Blob(summed as BlobPart[]).arrayBuffer()
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    lines.push({ type: 'end', sessions: 1, items: rows.length, checksum: toHex(digest) })
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** A session as a text that people read. */
export async function sessionMarkdown(database: Database, sessionId: string): Promise<string> {
  const { rows } = await readAll(database, sessionId)
  return [`# ${sessionId}`, ...rows.map(rowMarkdown)].join('\n\n').concat('\n')
}

function rowMarkdown({ data, createdAt }: RawRow): string {
  const item = typeof data === 'string' ? decode(data) : undefined
  if (item === undefined) return `## Unreadable\n\n${fenced(String(data))}`
  const { kind, role, tool, type, asked, said } = readItem(item)
  const time = parseTime(createdAt)
  const at = Number.isNaN(time.getTime()) ? '' : `, ${time.toISOString()}`
  if (kind === 'message') return `## ${role ?? type}${at}\n\n${partsText(said)}`
  const name = tool ?? type.replaceAll('_', ' ')
  const parts = [partsText(asked), partsText(said)].filter((text) => text !== '')
  return [`### ${kind}: ${name}${at}`, ...parts.map(fenced)].join('\n\n')
}

/** As a block of code, whatever it holds. */
function fenced(text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${text}\n${fence}`
}

function decode(text: string): unknown {
  try {
    return CODEC.decode(text)
  } catch {
    return undefined
  }
}
