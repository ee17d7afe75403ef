import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQLSession } from '@persql/openai-agents'
import { copyDatabase } from '../database-files.ts'
import { packageVersions } from '../versions.ts'
import { type Store, sharedStoreFile, storeContestant } from './store.ts'
import type { System } from './system.ts'

export const PERSQL = 'PerSQLSession'

export function persqlSystem(): System {
  return {
    name: PERSQL,
    durability: 'power cut (FULL)',
    versions: packageVersions('@persql/openai-agents', '@persql/driver-better-sqlite3'),
    shared: sharedStoreFile('persql', openStore),

    async open({ file: seed, readOnly, folder }) {
      const file = readOnly ? seed : copyDatabase(seed, `${folder}/persql.db`)
      return storeContestant(openStore(file), () => openStore(file))
    },
  }
}

/** Takes back what the last append added. */
const UNDO = `DELETE FROM agent_messages WHERE id IN
  (SELECT id FROM agent_messages WHERE session_id = ? ORDER BY id DESC LIMIT 4)`

export function openStore(file: string): Store {
  return driverStore(betterSqlite3Driver(file))
}

/** The sessions on a driver, which `close` closes. */
export function driverStore(driver: ReturnType<typeof betterSqlite3Driver>): Store {
  return {
    keepsWhatItRead: true,
    session(id) {
      const session = new PerSQLSession(id, driver)
      return {
        getItems: (limit) => session.getItems(limit),
        addItems: (items) => session.addItems(items),
        async undo() {
          await driver.batch([{ sql: UNDO, params: [id] }])
        },
      }
    },

    close: () => driver.close(),
  }
}
