import { closeSync, createReadStream, fsyncSync, openSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { TABLES } from './database-files.ts'

/**
 * The limit of an export and an import: the same rows, lines and fsyncs in the least code that better-sqlite3 needs.
 * `node raw-transfer.ts export|import <database> <file>`
 */
const [work, database = '', file = ''] = process.argv.slice(2)

/** Characters written at once. */
const CHUNK = 64 * 1024

/** Rows of one transaction, about 2 MB. */
const TRANSACTION = 3_300

interface Line {
  readonly type: 'session' | 'item'
  readonly sessionId: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly text: string
}

if (work === 'export') exportRows()
else await importRows()

function exportRows() {
  const db = new Database(database, { readonly: true })
  const rows = db
    .prepare<[], [string, string, string, string | null, string]>(
      `SELECT s.session_id, s.created_at, s.updated_at, m.message_data, m.created_at
       FROM agent_sessions s LEFT JOIN agent_messages m ON m.session_id = s.session_id
       ORDER BY s.session_id, m.id`,
    )
    .raw()
  const descriptor = openSync(file, 'w')
  let piece = ''
  let current: string | undefined
  for (const [sessionId, createdAt, updatedAt, text, time] of rows.iterate()) {
    if (sessionId !== current) {
      piece += `${JSON.stringify({ type: 'session', sessionId, createdAt, updatedAt })}\n`
      current = sessionId
    }
    if (text !== null) piece += `${JSON.stringify({ type: 'item', sessionId, createdAt: time, text })}\n`
    if (piece.length < CHUNK) continue
    writeSync(descriptor, piece)
    piece = ''
  }
  writeSync(descriptor, piece)
  fsyncSync(descriptor)
  closeSync(descriptor)
  db.close()
}

async function importRows() {
  const db = new Database(database)
  db.pragma('journal_mode = wal')
  db.pragma('synchronous = full')
  db.exec(TABLES)
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  const putSession = db.prepare('INSERT INTO agent_sessions VALUES (?, ?, ?)')
  const addRow = db.prepare(
    'INSERT INTO agent_messages (session_id, message_data, created_at) VALUES (?, ?, ?)',
  )
  let rows = 0
  begin.run()
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const { type, sessionId, createdAt, updatedAt, text } = JSON.parse(line) as Line
    if (type === 'session') putSession.run(sessionId, createdAt, updatedAt)
    if (type !== 'item') continue
    addRow.run(sessionId, text, createdAt)
    rows += 1
    if (rows % TRANSACTION > 0) continue
    commit.run()
    begin.run()
  }
  commit.run()
  db.close()
}
