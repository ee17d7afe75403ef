import { TURN } from '../items.ts'
import { type Store, storeContestant } from './store.ts'
import type { Seed, System } from './system.ts'

/** A system whose databases are behind a server. */
export interface RemoteSystem extends System {
  start(folder: string): Promise<RemoteServer>
}

/** A server in a process of its own. */
export interface RemoteServer {
  readonly url: string
  /** The sessions of a database, which is made at its first use. `url` may be one of a proxy in front. */
  store(database: string, url?: string): Store
  close(): Promise<void>
}

export function remoteSystem(about: Omit<RemoteSystem, 'open'>): RemoteSystem {
  return {
    ...about,

    async open({ sessions, folder }: Seed) {
      const server = await about.start(`${folder}/${about.name.replaceAll(/\W+/g, '-')}`)
      const store = server.store('turns')
      // Turn by turn over all sessions, as they would have grown.
      const turns = Math.max(...sessions.map(({ items }) => items / TURN.length))
      for (let turn = 0; turn < turns; turn++) {
        for (const { id, items } of sessions) {
          if (turn * TURN.length < items) await store.session(id).addItems(TURN)
        }
      }
      return storeContestant({
        ...store,
        async close() {
          await store.close()
          await server.close()
        },
      })
    },
  }
}
