import type {
  AgentInputItem,
  Session,
  SessionHistoryRewriteAwareSession,
  SessionHistoryTransactionAwareSession,
} from '@openai/agents-core'
import { expect } from 'vitest'
import { assistant, call, result, user } from './agent-items.ts'

type FullSession = Session & SessionHistoryRewriteAwareSession & SessionHistoryTransactionAwareSession

/** Sessions on a new database. */
export interface GivenSessions {
  /** The same id gives the same history. */
  session(id: string): FullSession
}

const HISTORY = [user('1'), call('c1'), result('c1'), assistant('2'), user('3'), assistant('4')]

/** What the host promises of a session. `MemorySession` passes it first. */
export const sessionCases: Readonly<Record<string, (given: GivenSessions) => Promise<void>>> = {
  async 'tells its id'({ session }) {
    expect(await session('s').getSessionId()).toBe('s')
  },

  async 'begins empty'({ session }) {
    expect(await session('s').getItems()).toEqual([])
    expect(await session('s').popItem()).toBeUndefined()
    await session('s').clearSession()
    expect(await session('s').getItems()).toEqual([])
  },

  async 'gives the items of all additions, oldest first'({ session }) {
    await session('s').addItems(HISTORY.slice(0, 4))
    await session('s').addItems(HISTORY.slice(4))
    expect(await session('s').getItems()).toEqual(HISTORY)
  },

  async 'adds nothing for an empty list'({ session }) {
    await session('s').addItems([])
    expect(await session('s').getItems()).toEqual([])
  },

  async 'gives the latest items, oldest first, and none for a limit below one'({ session }) {
    await session('s').addItems(HISTORY)
    expect(await session('s').getItems(2)).toEqual(HISTORY.slice(-2))
    expect(await session('s').getItems(4)).toEqual(HISTORY.slice(-4))
    expect(await session('s').getItems(99)).toEqual(HISTORY)
    expect(await session('s').getItems(Number.POSITIVE_INFINITY)).toEqual(HISTORY)
    expect(await session('s').getItems(0)).toEqual([])
    expect(await session('s').getItems(-1)).toEqual([])
  },

  async 'pops items from the newest to the oldest'({ session }) {
    await session('s').addItems(HISTORY)
    for (const item of HISTORY.toReversed()) expect(await session('s').popItem()).toEqual(item)
    expect(await session('s').popItem()).toBeUndefined()
    await session('s').addItems([user('again')])
    expect(await session('s').getItems()).toEqual([user('again')])
  },

  async 'clears its own items only'({ session }) {
    await session('s').addItems(HISTORY)
    await session('other').addItems([user('kept')])
    await session('s').clearSession()
    expect(await session('s').getItems()).toEqual([])
    expect(await session('other').getItems()).toEqual([user('kept')])
  },

  async 'keeps what was added when the caller changes its items afterwards'({ session }) {
    const item = user('before') as { content: string }
    const adding = session('s').addItems([item as AgentInputItem])
    item.content = 'after'
    await adding
    const [read] = (await session('s').getItems()) as { content: string }[]
    read!.content = 'changed'
    expect(await session('s').getItems()).toEqual([user('before')])
  },

  async 'gives back bytes at any depth, and fields it has never heard of'({ session }) {
    const items = [
      {
        ...user('x'),
        providerData: { bytes: new Uint8Array([0, 1, 255]), deep: [{ empty: new Uint8Array() }] },
      },
      { ...user('y'), providerData: { future: { a: [null, true, 1.5, -0, ''], $bytes: 'not bytes' } } },
      { ...user('z'), providerData: { only: { $bytes: 'AAEC' }, more: { $$bytes: { $bytes: 1 } } } },
      { ...user('\u0000 \ud800 \udfff 🙂 \u2028'), providerData: JSON.parse('{"__proto__":{"x":1},"":2}') },
    ] as AgentInputItem[]
    await session('s').addItems(items)
    expect(await session('s').getItems()).toEqual(items)
    expect(await session('s').popItem()).toEqual(items.at(-1))
    const bytes = (await session('s').getItems())[0]!.providerData!['bytes']
    expect(bytes).toBeInstanceOf(Uint8Array)
  },

  async 'replaces the first call with an id and drops the later ones'({ session }) {
    await session('s').addItems([...HISTORY, call('c2'), call('c1'), user('end')])
    const replacement = { ...call('c1'), arguments: '{"approved":true}' } as never
    await session('s').applyHistoryMutations({
      mutations: [{ type: 'replace_function_call', callId: 'c1', replacement }],
    })
    expect(await session('s').getItems()).toEqual([
      HISTORY[0],
      replacement,
      ...HISTORY.slice(2),
      call('c2'),
      user('end'),
    ])
  },

  async 'applies mutations one after the other, and none for calls it does not have'({ session }) {
    await session('s').addItems([call('a'), call('b'), user('end')])
    await session('s').applyHistoryMutations({
      mutations: [
        { type: 'replace_function_call', callId: 'a', replacement: call('b') as never },
        { type: 'replace_function_call', callId: 'b', replacement: call('c') as never },
        { type: 'replace_function_call', callId: 'missing', replacement: call('d') as never },
      ],
    })
    expect(await session('s').getItems()).toEqual([call('c'), user('end')])
    await session('s').applyHistoryMutations({ mutations: [] })
    expect(await session('s').getItems()).toEqual([call('c'), user('end')])
  },

  async 'applies an append once for its operation id'({ session }) {
    const args = { operationId: 'op', transaction: { type: 'append_items' as const, items: [user('once')] } }
    await session('s').applyHistoryTransaction(args)
    await session('s').applyHistoryTransaction(structuredClone(args))
    await session('other').applyHistoryTransaction(args)
    expect(await session('s').getItems()).toEqual([user('once')])
    expect(await session('other').getItems()).toEqual([user('once')])
  },

  async 'replaces a suffix once for its operation id, whatever the order of keys'({ session }) {
    await session('s').addItems(HISTORY)
    const { role, content, ...rest } = assistant('4') as Record<string, unknown>
    const args = {
      operationId: 'op',
      transaction: {
        type: 'replace_suffix' as const,
        expectedSuffix: [user('3'), { ...rest, content, role } as AgentInputItem],
        replacement: [user('three')],
      },
    }
    await session('s').applyHistoryTransaction(args)
    await session('s').applyHistoryTransaction(args)
    expect(await session('s').getItems()).toEqual([...HISTORY.slice(0, 4), user('three')])
  },

  async 'replaces an empty suffix, and a suffix by nothing'({ session }) {
    const replace = (operationId: string, expectedSuffix: AgentInputItem[], replacement: AgentInputItem[]) =>
      session('s').applyHistoryTransaction({
        operationId,
        transaction: { type: 'replace_suffix', expectedSuffix, replacement },
      })
    await replace('1', [], [user('a'), user('b')])
    await replace('2', [user('b')], [])
    expect(await session('s').getItems()).toEqual([user('a')])
    await replace('3', [user('a')], [])
    expect(await session('s').getItems()).toEqual([])
  },

  async 'refuses a suffix that does not match, and does not remember the operation'({ session }) {
    await session('s').addItems(HISTORY)
    const attempt = (expectedSuffix: AgentInputItem[]) =>
      session('s').applyHistoryTransaction({
        operationId: 'op',
        transaction: { type: 'replace_suffix', expectedSuffix, replacement: [user('new')] },
      })
    await expect(async () => attempt([user('other')])).rejects.toThrow()
    await expect(async () => attempt([user('0'), ...HISTORY])).rejects.toThrow()
    expect(await session('s').getItems()).toEqual(HISTORY)
    await attempt(HISTORY.slice(-1))
    expect(await session('s').getItems()).toEqual([...HISTORY.slice(0, -1), user('new')])
  },

  async 'compares bytes in a suffix by their values'({ session }) {
    const item = (byte: number) =>
      ({ ...user('x'), providerData: { b: new Uint8Array([byte]) } }) as AgentInputItem
    await session('s').addItems([item(1)])
    const attempt = (operationId: string, byte: number) =>
      session('s').applyHistoryTransaction({
        operationId,
        transaction: { type: 'replace_suffix', expectedSuffix: [item(byte)], replacement: [item(3)] },
      })
    await expect(async () => attempt('1', 2)).rejects.toThrow()
    await attempt('2', 1)
    expect(await session('s').getItems()).toEqual([item(3)])
  },

  async 'refuses an operation id that was used for another change'({ session }) {
    const apply = (items: AgentInputItem[]) =>
      session('s').applyHistoryTransaction({
        operationId: 'op',
        transaction: { type: 'append_items', items },
      })
    await apply([user('a')])
    await expect(async () => apply([user('b')])).rejects.toThrow()
    await expect(async () => apply([user('a'), user('a')])).rejects.toThrow()
    expect(await session('s').getItems()).toEqual([user('a')])
  },

  async 'forgets its operation ids when it is cleared'({ session }) {
    const args = { operationId: 'op', transaction: { type: 'append_items' as const, items: [user('a')] } }
    await session('s').applyHistoryTransaction(args)
    await session('s').clearSession()
    await session('s').applyHistoryTransaction(args)
    expect(await session('s').getItems()).toEqual([user('a')])
  },

  async 'refuses a malformed transaction and changes nothing'({ session }) {
    await session('s').addItems([user('a')])
    const cyclic: Record<string, unknown> = { ...user('x') }
    cyclic['self'] = cyclic
    const accessor = Object.defineProperty({ ...user('x') }, 'content', { enumerable: true, get: () => 'x' })
    const append = (items: unknown) => ({ operationId: 'op', transaction: { type: 'append_items', items } })
    const malformed: unknown[] = [
      undefined,
      null,
      {},
      { operationId: ' ', transaction: { type: 'append_items', items: [] } },
      { operationId: 7, transaction: { type: 'append_items', items: [] } },
      { operationId: 'op' },
      { operationId: 'op', transaction: { type: 'unknown', items: [] } },
      { operationId: 'op', transaction: { type: 'append_items', items: [], more: 1 } },
      { operationId: 'op', transaction: { type: 'append_items' } },
      { operationId: 'op', transaction: { type: 'replace_suffix', replacement: [] } },
      append('items'),
      append([null]),
      append([cyclic]),
      append([accessor]),
      append([{ ...user('x'), f: () => 1 }]),
      append([{ ...user('x'), s: Symbol('s') }]),
      append([{ ...user('x'), [Symbol('s')]: 1 }]),
      append([{ ...user('x'), d: new Date(0) }]),
      append([{ ...user('x'), m: new Map() }]),
      append([{ ...user('x'), b: 1n }]),
    ]
    for (const args of malformed) {
      await expect(async () => session('s').applyHistoryTransaction(args as never)).rejects.toThrow()
    }
    await session('s').applyHistoryTransaction({
      operationId: 'op',
      transaction: { type: 'append_items', items: [user('b')] },
    })
    expect(await session('s').getItems()).toEqual([user('a'), user('b')])
  },
}
