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
import { say, sayProblem } from '../ui/toasts.tsx'
import type { Database } from './database.ts'

/** How long a session can still be kept that somebody deletes. */
const UNDO_MS = 10_000

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

/** Of the sessions that will be deleted, as `[slug, id]` in JSON. */
const leaving = new Map<string, () => void>()
const listeners = new Set<() => void>()

export function isLeaving(slug: string, sessionId: string): boolean {
  return leaving.has(JSON.stringify([slug, sessionId]))
}

/** Calls back when a session begins or ends to be deleted. Returns what ends that. */
export function onLeaving(callback: () => void): () => void {
  listeners.add(callback)
  return () => listeners.delete(callback)
}

/**
 * Deletes a session after some seconds, in which it can be kept. Only this page knows of it until then: a session whose
 * page is closed before, or whose user signs out, is kept.
 */
export function deleteSession(database: Database, sessionId: string): void {
  const key = JSON.stringify([database.slug, sessionId])
  if (leaving.has(key)) return
  const change = () => {
    for (const listen of listeners) listen()
  }
  const end = () => {
    clearTimeout(timer)
    remove()
    leaving.delete(key)
    change()
  }
  const timer = setTimeout(async () => {
    try {
      await new SessionCatalog(...argumentsOf(database)).delete(sessionId)
    } catch (error) {
      sayProblem(error)
    }
    end()
  }, UNDO_MS)
  const remove = say(`“${sessionId}” will be deleted`, {
    ms: UNDO_MS,
    action: { label: 'Undo', onPick: end },
  })
  leaving.set(key, end)
  change()
}

/** Keeps all sessions that would be deleted. */
export function keepAll(): void {
  for (const end of [...leaving.values()]) end()
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
