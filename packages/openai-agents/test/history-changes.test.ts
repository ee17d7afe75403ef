import { inspect } from 'node:util'
import type { AgentInputItem } from '@openai/agents-core'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import type { SqlDriver } from '@persql/session-core'
import { call, result, user } from '@persql/test-support/agent-items'
import { recordingDriver } from '@persql/test-support/recording-driver'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type HistoryTransaction, PerSQLSession } from '../src/index.ts'

let driver: SqlDriver
let batches: readonly unknown[]
let session: PerSQLSession

beforeEach(() => {
  ;({ driver, batches } = recordingDriver(betterSqlite3Driver(':memory:')))
  session = new PerSQLSession('s', driver)
})

afterEach(() => driver.close())

const append = (items: unknown, more = {}) => ({
  operationId: 'op',
  transaction: { type: 'append_items', items, ...more },
})
const replace = (lists: object) => ({ operationId: 'op', transaction: { type: 'replace_suffix', ...lists } })
const hidden = (value: object) => Object.defineProperty(value, 'hidden', { value: 1 })
const computed = (value: object) => Object.defineProperty(value, 'name', { enumerable: true, get: () => 'x' })

const NO_ID = 'needs an operationId that is not empty.'
const NO_TRANSACTION = 'needs a transaction object.'
const NO_DATA = 'holds properties with accessors, symbols or hidden values.'
const NO_TYPE = 'must be of type append_items or replace_suffix.'
const NO_ITEMS = 'of type append_items takes exactly the lists items.'
const NO_LISTS = 'of type replace_suffix takes exactly the lists expectedSuffix and replacement.'
const NO_OBJECT = 'has an item that is not an object.'

/** Objects of a caller that throw when they are looked at, each in another way. */
const HOSTILE: [string, () => object][] = [
  ['a getter', () => Object.defineProperty({}, 'type', { enumerable: true, get: boom })],
  ['a proxy that throws for every property', () => new Proxy({}, { get: boom })],
  ['a proxy that throws when it is listed', () => new Proxy({}, { ownKeys: boom })],
  ['a proxy that hides its prototype', () => new Proxy({}, { getPrototypeOf: boom })],
  ['a proxy of a list', () => new Proxy([], { get: boom })],
  [
    'a proxy that is revoked',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    },
  ],
  ['toJSON', () => ({ toJSON: boom })],
]

function boom(): never {
  throw new RangeError('hunter2')
}

describe.each(HOSTILE)('%s', (title, hostile) => {
  test.each<[string, (session: PerSQLSession) => Promise<unknown>]>([
    ['as the arguments of a transaction', (s) => s.applyHistoryTransaction(hostile() as never)],
    [
      'as a transaction',
      (s) => s.applyHistoryTransaction({ operationId: 'o', transaction: hostile() } as never),
    ],
    ['as the items of a transaction', (s) => s.applyHistoryTransaction(append(hostile()) as never)],
    ['as an item of a transaction', (s) => s.applyHistoryTransaction(append([hostile()]) as never)],
    [
      'inside an item of a transaction',
      (s) => s.applyHistoryTransaction(append([{ a: [hostile()] }]) as never),
    ],
    ['as the arguments of mutations', (s) => s.applyHistoryMutations(hostile() as never)],
    ['as a mutation', (s) => s.applyHistoryMutations({ mutations: [hostile()] } as never)],
    [
      'as a replacement',
      (s) =>
        s.applyHistoryMutations({
          mutations: [{ type: 'replace_function_call', callId: 'c', replacement: hostile() }],
        } as never),
    ],
    ['as the items that are added', (s) => s.addItems(hostile() as never)],
    ['as an item that is added', (s) => s.addItems([hostile()] as never)],
    ['inside an item that is added', (s) => s.addItems([{ a: { b: hostile() } }] as never)],
    ['inside a compacted history', (s) => s.replaceHistoryWithCompaction([{ a: hostile() }] as never)],
  ])('%s is refused without what it throws', async (__, call) => {
    await session.addItems([user('first')])
    const thrown = await call(session).then(
      () => undefined,
      (error: unknown) => error,
    )
    // Nobody asks an object without keys for a property.
    if (thrown === undefined && title === 'a proxy that throws for every property') return
    expect(thrown).toMatchObject({
      name: 'StorageError',
      code: expect.stringMatching(/^(INVALID_ITEM|INVALID_ARGUMENT)$/),
    })
    expect(inspect(thrown)).not.toContain('hunter2')
    expect(await session.getItems()).toEqual([user('first')])
  })
})

describe('a history transaction', () => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, NO_ID],
    ['an id that is blank', { ...append([]), operationId: ' ' }, NO_ID],
    ['an id that is a number', { ...append([]), operationId: 7 }, NO_ID],
    ['no transaction', { operationId: 'op' }, NO_TRANSACTION],
    ['null as transaction', { operationId: 'op', transaction: null }, NO_TRANSACTION],
    ['text as transaction', { operationId: 'op', transaction: 'append_items' }, NO_TRANSACTION],
    ['a computed property', append([{ ...user('a'), providerData: computed({}) }]), NO_DATA],
    ['a computed transaction', { operationId: 'op', transaction: computed({}) }, NO_DATA],
    ['a hidden property', append([{ ...user('a'), providerData: [hidden({})] }]), NO_DATA],
    ['a symbol as a key', append([{ ...user('a'), [Symbol('s')]: 1 }]), NO_DATA],
    ['a hidden property of a list', append(hidden([])), NO_DATA],
    ['an unknown type', { operationId: 'op', transaction: { type: 'append', items: [] } }, NO_TYPE],
    ['no list', append('items'), NO_ITEMS],
    ['a field too many', append([], { more: [] }), NO_ITEMS],
    ['one list of two', replace({ replacement: [] }), NO_LISTS],
    ['another list', replace({ replacement: [], expected: [] }), NO_LISTS],
    ['null as item', append([user('a'), null]), NO_OBJECT],
    ['text as item', replace({ expectedSuffix: ['a'], replacement: [] }), NO_OBJECT],
    ['a list as item', replace({ expectedSuffix: [], replacement: [[]] }), NO_OBJECT],
  ])('with %s is refused before anything is read or written', async (_, args, why) => {
    const refused = session.applyHistoryTransaction(args as HistoryTransaction)
    await expect(refused).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `The history transaction ${why}`,
    })
    expect(batches).toEqual([])
  })

  test('may hold one object in two places, and bytes', async () => {
    const providerData = { bytes: new Uint8Array([1]) }
    const items = [
      { ...user('a'), providerData },
      { ...user('b'), providerData },
    ]
    await session.applyHistoryTransaction(append(items) as HistoryTransaction)
    expect(await session.getItems()).toEqual(items)
  })
})

describe('a history mutation', () => {
  test('of another kind is refused before anything is read or written', async () => {
    const mutations = [{ type: 'drop_function_call', callId: 'a', replacement: call('a') }]
    await expect(session.applyHistoryMutations({ mutations } as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'This kind of history mutation is not known.',
    })
    expect(batches).toEqual([])
  })

  const KIND = 'This kind of history mutation is not known.'
  const NO_LIST = 'The history mutations must be a list of objects.'
  const NO_CALL_ID = 'A history mutation needs a callId that is text.'
  const NO_ITEM = 'A history mutation needs an item as replacement.'
  const NOT_DATA = 'The history mutations hold properties with accessors, symbols or hidden values.'
  const throwing = (key: string) =>
    Object.defineProperty({ ...call('a') }, key, {
      enumerable: true,
      get: () => {
        throw new Error('computed')
      },
    })
  const mutation = (more: object) => ({
    mutations: [{ type: 'replace_function_call', callId: 'a', replacement: call('a'), ...more }],
  })
  test.each<[string, unknown, string]>([
    ['no arguments', undefined, NO_LIST],
    ['no list', { mutations: 'all' }, NO_LIST],
    ['null in the list', { mutations: [null] }, NO_LIST],
    ['no type', mutation({ type: undefined }), KIND],
    ['no call id', mutation({ callId: undefined }), NO_CALL_ID],
    ['null as replacement', mutation({ replacement: null }), NO_ITEM],
    ['a list as replacement', mutation({ replacement: [] }), NO_ITEM],
    ['a computed mutation', { mutations: [throwing('callId')] }, NOT_DATA],
    ['a computed property', mutation({ replacement: throwing('name') }), NOT_DATA],
    ['a symbol as a key', mutation({ replacement: { ...call('a'), [Symbol('s')]: 1 } }), NOT_DATA],
  ])('with %s is refused before anything is read or written', async (_, args, why) => {
    await expect(session.applyHistoryMutations(args as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: why,
    })
    expect(batches).toEqual([])
  })

  test('with a replacement that cannot be stored is refused before anything is read or written', async () => {
    const replacement = { ...call('a'), providerData: { run: () => {} } }
    await expect(session.applyHistoryMutations(mutation({ replacement }) as never)).rejects.toMatchObject({
      code: 'INVALID_ITEM',
      itemPath: 'providerData.run',
    })
    expect(batches).toEqual([])
  })

  test('is what it was when it was asked for, and leaves the result of the call alone', async () => {
    await session.addItems([call('a'), result('a')])
    const replacement = { ...call('a'), arguments: '{"asked":true}' } as AgentInputItem
    const kept = structuredClone(replacement)
    const done = session.applyHistoryMutations({
      mutations: [{ type: 'replace_function_call', callId: 'a', replacement }],
    })
    Object.assign(replacement, { arguments: '{"asked":false}' })
    await done
    expect(await session.getItems()).toEqual([kept, result('a')])
  })
})
