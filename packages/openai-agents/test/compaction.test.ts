import type { AgentInputItem } from '@openai/agents-core'
import { expect, test } from 'vitest'
import { assistant, user } from './support/items.ts'
import { withSessions } from './support/sessions.ts'

const marker = { type: 'compaction', encrypted_content: 'sealed' } as unknown as AgentInputItem

test('replaces everything by the compacted history', () =>
  withSessions('better-sqlite3 file', async ({ session }) => {
    await session('s').addItems([user('1'), assistant('2'), user('3')])
    await session('s').replaceHistoryWithCompaction([marker, user('3')])
    expect(await session('s').getItems()).toEqual([marker, user('3')])
  }))
