import { closeSync, copyFileSync, fsyncSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { TURN } from './items.ts'

export interface SeedSession {
  readonly id: string
  /** How many items it holds; a multiple of a turn's. */
  readonly items: number
}

export const TABLES = `
  CREATE TABLE IF NOT EXISTS agent_sessions (
    session_id TEXT PRIMARY KEY,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
  );
  CREATE TABLE IF NOT EXISTS agent_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id TEXT NOT NULL,
    message_data TEXT NOT NULL,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (session_id) REFERENCES agent_sessions (session_id) ON DELETE CASCADE
  );
  CREATE INDEX IF NOT EXISTS idx_agent_messages_session_id ON agent_messages (session_id, id);
`

const FILL_SESSIONS = `INSERT INTO agent_sessions (session_id) SELECT value ->> 'id' FROM json_each(?)`

// Turn by turn over all sessions, as they would have grown; CROSS JOIN keeps SQLite to that order.
const FILL_MESSAGES = `
  WITH RECURSIVE turn(number) AS (
    SELECT 0 UNION ALL SELECT number + 1 FROM turn WHERE number + 1 < :turns
  )
  INSERT INTO agent_messages (session_id, message_data)
  SELECT session.value ->> 'id', item.value
  FROM turn CROSS JOIN json_each(:sessions) AS session CROSS JOIN json_each(:items) AS item
  WHERE turn.number * :turnItems < session.value ->> 'items'
`

/** Makes a database with these sessions. */
export function createDatabase(file: string, sessions: readonly SeedSession[]) {
  const db = new Database(file)
  db.pragma('journal_mode = wal')
  db.pragma('synchronous = off')
  db.exec(TABLES)
  const turns = Math.max(0, ...sessions.map(({ items }) => items / TURN.length))
  db.transaction(() => {
    db.prepare(FILL_SESSIONS).run(JSON.stringify(sessions))
    if (turns === 0) return
    db.prepare(FILL_MESSAGES).run({
      turns,
      sessions: JSON.stringify(sessions),
      items: JSON.stringify(TURN.map((item) => JSON.stringify(item))),
      turnItems: TURN.length,
    })
  })()
  db.close()
  flush(file)
}

export function copyDatabase(from: string, to: string): string {
  copyFileSync(from, to)
  flush(to)
  return to
}

/** So that no fsync of a measured append has to carry the pages of the preparation. */
export function flush(file: string) {
  const descriptor = openSync(file, 'r+')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
