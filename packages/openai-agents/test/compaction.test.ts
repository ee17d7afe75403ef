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

test('keeps, after the compacted history, what others added since this session read', () =>
  withSessions('better-sqlite3 file', async ({ session }) => {
    const mine = session('s')
    await mine.addItems([user('1'), assistant('2')])
    await mine.getItems()
    await session('s').addItems([user('from elsewhere')])
    await mine.replaceHistoryWithCompaction([marker, assistant('2')])
    expect(await mine.getItems()).toEqual([marker, assistant('2'), user('from elsewhere')])
  }))

test('replaces what this session added itself since it read', () =>
  withSessions('better-sqlite3 file', async ({ session }) => {
    const mine = session('s')
    await mine.getItems()
    await mine.addItems([user('1')])
    await mine.replaceHistoryWithCompaction([marker, user('1')])
    expect(await mine.getItems()).toEqual([marker, user('1')])
  }))

test('compacts a history that others cleared in the meantime', () =>
  withSessions('better-sqlite3 file', async ({ session }) => {
    const mine = session('s')
    await mine.addItems([user('1')])
    await mine.getItems()
    await session('s').clearSession()
    await mine.replaceHistoryWithCompaction([marker])
    expect(await mine.getItems()).toEqual([marker])
  }))
