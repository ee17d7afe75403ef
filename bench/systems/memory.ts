import { MemorySession } from '@openai/agents-core'
import { TURN } from '../items.ts'
import { packageVersions } from '../versions.ts'
import { type Store, storeContestant } from './store.ts'
import type { System } from './system.ts'

export const MEMORY = 'MemorySession'

export function memorySystem(): System {
  return {
    name: MEMORY,
    durability: 'nothing',
    versions: packageVersions('@openai/agents-core'),
    unable: (workload) =>
      workload === 'latest-1000000' ? 'a million items would crowd the memory the others run in' : undefined,

    async open({ sessions }) {
      const known = new Map<string, MemorySession>()
      for (const { id, items } of sessions) {
        if (items >= 1_000_000) continue
        const initialItems = Array.from({ length: items }, (_, index) => TURN[index % TURN.length]!)
        known.set(id, new MemorySession({ sessionId: id, initialItems }))
      }
      return storeContestant(memoryStore(known))
    },
  }
}

function memoryStore(sessions: Map<string, MemorySession>): Store {
  return {
    session(id) {
      const session = sessions.get(id) ?? new MemorySession({ sessionId: id })
      sessions.set(id, session)
      return {
        getItems: (limit) => session.getItems(limit),
        addItems: (items) => session.addItems(items),
        async undo() {
          for (const _ of TURN) await session.popItem()
        },
      }
    },

    close() {
      sessions.clear()
    },
  }
}
