import { sessionTablesSql } from '@persql/session-core'
import Database from 'better-sqlite3'

const WORDS =
  'a quick brown fox asked the agent to refund an order that never came to its door in Oslo'.split(' ')

export interface Size {
  readonly sessions: number
  readonly itemsPerSession: number
  readonly bytesPerItem: number
}

/**
 * Makes a file with as many sessions as asked for, always the same for the same numbers. As a program:
 * `node generate.ts <file> <sessions> <items per session> <bytes per item>`.
 */
export function generate(file: string, { sessions, itemsPerSession, bytesPerItem }: Size): void {
  const db = new Database(file)
  db.pragma('journal_mode = wal')
  db.pragma('synchronous = off')
  for (const sql of sessionTablesSql('sqlite')) db.exec(sql)
  const insertSession = db.prepare('insert into agent_sessions (session_id) values (?)')
  const insertItem = db.prepare('insert into agent_messages (session_id, message_data) values (?, ?)')
  let state = 1
  const word = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return WORDS[(state >> 8) % WORDS.length]!
  }
  const content = () => {
    let text = ''
    while (text.length < bytesPerItem) text += `${word()} `
    return text
  }
  db.transaction(() => {
    for (let session = 0; session < sessions; session++) {
      const id = `session-${session}`
      insertSession.run(id)
      for (let item = 0; item < itemsPerSession; item++) {
        const role = item % 2 === 0 ? 'user' : 'assistant'
        insertItem.run(id, JSON.stringify({ role, content: content() }))
      }
    }
  })()
  db.close()
}

if (import.meta.main) {
  const [file = '', ...numbers] = process.argv.slice(2)
  const [sessions = 0, itemsPerSession = 0, bytesPerItem = 0] = numbers.map(Number)
  generate(file, { sessions, itemsPerSession, bytesPerItem })
}
