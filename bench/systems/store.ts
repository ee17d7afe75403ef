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

/** `open` gives the sessions of the same data to another process. */
export function storeContestant(first: Store, open?: () => Store): Contestant {
  let store = first
  let other: Store | undefined

  return {
    async run({ operation, after, sessionIds, expected, undo }) {
      const limit = operation === 'latest' ? LATEST : undefined
      if (after === 'start' && open) {
        await store.close()
        store = open()
      }
      if (after === 'other') other ??= open?.()
      let session = store.session(sessionIds[0]!)
      const times: number[] = []
      for (const sessionId of sessionIds) {
        let read: readonly unknown[] | undefined
        const before = store.keepsWhatItRead && operation === 'turn' && undo ? TURNS_BEFORE : 0
        for (let turn = 0; turn < before; turn++) await takeTurn(store.session(sessionId))
        if (after === 'other') await other?.session(sessionId).addItems(TURN)
        const stored = (expected ?? 0) + (before + (after === 'other' ? 1 : 0)) * TURN.length
        const start = performance.now()
        if (operation === 'turn' || operation === 'read') session = store.session(sessionId)
        if (operation !== 'append') read = await session.getItems(limit)
        if (operation === 'turn' || operation === 'append') await session.addItems(TURN)
        times.push(performance.now() - start)
        if (read && expected !== undefined && read.length !== stored) {
          throw new Error(`Read ${read.length} items instead of ${stored}.`)
        }
        if (!undo) continue
        for (let turn = before + (after === 'other' ? 1 : 0); turn >= 0; turn--) await session.undo()
      }
      return times
    },

    async close() {
      await store.close()
      await other?.close()
    },
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
