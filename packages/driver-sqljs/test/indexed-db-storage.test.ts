import { IDBDatabase, IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { indexedDbStorage, sqlJsDriver } from '../src/index.ts'
import { insert, SELECT, TABLE, values } from './support/table.ts'

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const open = (name = 'agents') => sqlJsDriver({ storage: indexedDbStorage(name) })

test('keeps each database under its name', async () => {
  await open('one').batch([TABLE, insert('a')])
  await open('two').batch([TABLE, insert('b')])
  expect(await values(open('one'))).toEqual(['a'])
  expect(await values(open('two'))).toEqual(['b'])
})

test('resolves a write when its strict transaction is complete, not before', async () => {
  const steps: string[] = []
  const { transaction } = IDBDatabase.prototype
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
    const started = transaction.apply(this, args)
    if (args[1] !== 'readwrite') return started
    steps.push(`${args[2]?.durability}`)
    started.addEventListener('complete', () => steps.push('complete'))
    return started
  })
  const driver = open()
  await driver.batch([TABLE])
  steps.push('resolved')
  await driver.batch([insert('a')])
  steps.push('resolved')
  expect(steps).toEqual(['strict', 'complete', 'resolved', 'strict', 'complete', 'resolved'])
})

test('rejects a write whose transaction fails with SAVE_FAILED, and keeps the image before it', async () => {
  const driver = open()
  await driver.batch([TABLE, insert('a')])
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
    throw new DOMException('No room', 'QuotaExceededError')
  })
  await expect(driver.batch([insert('b')])).rejects.toMatchObject({
    code: 'SAVE_FAILED',
    cause: { name: 'QuotaExceededError' },
  })
  expect(await values(driver)).toEqual(['a'])
  expect(await values(open())).toEqual(['a'])
  await driver.batch([insert('c')])
  expect(await values(open())).toEqual(['a', 'c'])
})

test('refuses to save over what another tab has saved', async () => {
  const first = open()
  const second = open()
  await first.batch([TABLE])
  expect(await values(second)).toEqual([])
  await first.batch([insert('a')])
  await expect(second.batch([insert('b')])).rejects.toMatchObject({
    code: 'SAVE_FAILED',
    message: expect.stringContaining('"agents"'),
  })
  await first.batch([insert('c')])
  expect(await values(open())).toEqual(['a', 'c'])
})

test('lets one of two tabs that write first at the same time', async () => {
  const drivers = [open(), open()]
  const settled = await Promise.allSettled(drivers.map((driver) => driver.batch([TABLE])))
  expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('rejects with CANNOT_OPEN a name that is taken by something else', async () => {
  await new Promise((resolve) => {
    indexedDB.open('agents', 1).onsuccess = resolve
  })
  await expect(open().batch([SELECT])).rejects.toMatchObject({ code: 'CANNOT_OPEN' })
})

test('rejects with CANNOT_OPEN where there is no IndexedDB', async () => {
  vi.unstubAllGlobals()
  await expect(open().batch([SELECT])).rejects.toMatchObject({
    code: 'CANNOT_OPEN',
    message: expect.stringContaining('fileStorage'),
  })
})

test('refuses what is not a name', () => {
  for (const unusable of ['', undefined, 7]) {
    expect(() => indexedDbStorage(unusable as string)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  }
})
