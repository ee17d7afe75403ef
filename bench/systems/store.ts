import { fileURLToPath } from 'node:url'
import type { AgentInputItem } from '@openai/agents-core'
import { TURN } from '../items.ts'
import type { Contestant, SharedFile } from './system.ts'

/** The sessions of a system that lives in a Node process. */
export interface Store {
  /** Whether a turn depends on the ones before it in this process; then some are taken before it, outside its time. */
  readonly keepsWhatItRead?: boolean
  session(sessionId: string): StoreSession
  close(): void | Promise<void>
}

export interface StoreSession {
  getItems(limit?: number): readonly unknown[] | Promise<readonly unknown[]>
  addItems(items: AgentInputItem[]): void | Promise<void>
  /** Removes what the last `addItems` added. */
  undo(): void | Promise<void>
}

export const LATEST = 20

/** A conversation that goes on: the process has just answered in it, twice. */
const TURNS_BEFORE = 2

export function storeContestant(store: Store): Contestant {
  return {
    async run({ operation, sessionIds, expected, undo }) {
      const limit = operation === 'latest' ? LATEST : undefined
      let session = store.session(sessionIds[0]!)
      const times: number[] = []
      for (const sessionId of sessionIds) {
        let read: readonly unknown[] | undefined
        const before = store.keepsWhatItRead && operation === 'turn' && undo ? TURNS_BEFORE : 0
        for (let turn = 0; turn < before; turn++) await takeTurn(store.session(sessionId))
        const start = performance.now()
        if (operation === 'turn') session = store.session(sessionId)
        if (operation !== 'append') read = await session.getItems(limit)
        if (operation !== 'latest') await session.addItems(TURN)
        times.push(performance.now() - start)
        if (read && expected !== undefined && read.length !== expected + before * TURN.length) {
          throw new Error(`Read ${read.length} items instead of ${expected + before * TURN.length}.`)
        }
        if (undo) for (let turn = 0; turn <= before; turn++) await session.undo()
      }
      return times
    },

    close: () => store.close(),
  }
}

async function takeTurn(session: StoreSession) {
  await session.getItems()
  await session.addItems(TURN)
}

/** `module`: the file in this folder that exports `openStore`. */
export function sharedStoreFile(
  module: string,
  openStore: (file: string) => Store | Promise<Store>,
): SharedFile {
  return {
    writer: [process.execPath, fileURLToPath(import.meta.resolve('../writer.ts')), module],

    async readIds(file, sessionId) {
      const store = await openStore(file)
      const items = await store.session(sessionId).getItems()
      await store.close()
      return items.map((item) => (item as { id: string }).id)
    },
  }
}
