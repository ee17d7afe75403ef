import Database from 'better-sqlite3'
import { copyDatabase } from '../database-files.ts'
import { packageVersions } from '../versions.ts'
import { type Store, sharedStoreFile, storeContestant } from './store.ts'
import type { System } from './system.ts'

export const RAW = 'RAW'

/** The limit: the same tables, pragmas and work, in the least code that better-sqlite3 needs for it. */
export function rawSystem(): System {
  const db = new Database(':memory:')
  const sqlite = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? ''
  db.close()
  return {
    name: RAW,
    durability: 'power cut (FULL)',
    versions: { ...packageVersions('better-sqlite3'), SQLite: sqlite },
    shared: sharedStoreFile('raw', openStore),

    async open({ file: seed, readOnly, folder }) {
      const file = readOnly ? seed : copyDatabase(seed, `${folder}/raw.db`)
      return storeContestant(openStore(file), () => openStore(file))
    },
  }
}

export function openStore(file: string): Store {
  const db = new Database(file, { timeout: 10_000 })
  db.pragma('foreign_keys = on')
  db.pragma('journal_mode = wal')
  db.pragma('synchronous = full')

  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  const rollback = db.prepare('ROLLBACK')
  const readAll = db
    .prepare<[string], string>('SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id')
    .pluck()
  const readLatest = db
    .prepare<[string, number], string>(
      'SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id DESC LIMIT ?',
    )
    .pluck()
  const touch = db.prepare(
    `INSERT INTO agent_sessions (session_id) VALUES (?)
     ON CONFLICT (session_id) DO UPDATE SET updated_at = CURRENT_TIMESTAMP`,
  )
  const insertFour = db.prepare(
    'INSERT INTO agent_messages (session_id, message_data) VALUES (?, ?), (?, ?), (?, ?), (?, ?)',
  )
  const undo = db.prepare(
    `DELETE FROM agent_messages WHERE id IN
       (SELECT id FROM agent_messages WHERE session_id = ? ORDER BY id DESC LIMIT 4)`,
  )

  return {
    session: (id) => ({
      getItems(limit) {
        const texts = limit === undefined ? readAll.all(id) : readLatest.all(id, limit).reverse()
        return texts.map((text) => JSON.parse(text) as unknown)
      },

      addItems([first, second, third, fourth]) {
        const texts = [first, second, third, fourth].map((item) => JSON.stringify(item))
        begin.run()
        try {
          touch.run(id)
          insertFour.run(id, texts[0], id, texts[1], id, texts[2], id, texts[3])
          commit.run()
        } catch (error) {
          rollback.run()
          throw error
        }
      },

      undo() {
        undo.run(id)
      },
    }),

    close() {
      db.close()
    },
  }
}
