import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sqlJsDriver } from '../src/index.ts'
import { insert, TABLE, values } from './support/table.ts'
import { TestStorage } from './support/test-storage.ts'

let storage: TestStorage

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  storage = new TestStorage()
})

afterEach(() => {
  vi.useRealTimers()
})

const open = () => sqlJsDriver({ storage, saveDelay: 1000 })
const saved = () => values(sqlJsDriver({ storage }))

test('resolves writes at once, and saves them together when the delay is over', async () => {
  const driver = open()
  await driver.batch([TABLE])
  await vi.advanceTimersByTimeAsync(600)
  await driver.batch([insert('a')])
  await vi.advanceTimersByTimeAsync(399)
  expect(storage.saves).toBe(0)
  await vi.advanceTimersByTimeAsync(1)
  expect(storage.saves).toBe(1)
  expect(await saved()).toEqual(['a'])
})

test('saves again for writes after a save, and not without any', async () => {
  const driver = open()
  await driver.batch([TABLE])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(storage.saves).toBe(1)
  await driver.batch([insert('a')])
  await vi.advanceTimersByTimeAsync(1000)
  expect(storage.saves).toBe(2)
})

test('saves what is left when it is closed, once', async () => {
  const driver = open()
  await driver.batch([TABLE, insert('a')])
  await driver.close()
  expect(await saved()).toEqual(['a'])
  expect(vi.getTimerCount()).toBe(0)
  expect(storage.saves).toBe(1)
})

test('closes without a save when everything is saved', async () => {
  const driver = open()
  await driver.batch([TABLE])
  await vi.advanceTimersByTimeAsync(1000)
  await driver.close()
  expect(storage.saves).toBe(1)
})

test('saves a write that came while another save was running', async () => {
  const driver = open()
  await driver.batch([TABLE, insert('a')])
  const gate = Promise.withResolvers<void>()
  storage.gate = gate.promise
  await vi.advanceTimersByTimeAsync(1000)
  await driver.batch([insert('b')])
  const closing = driver.close()
  gate.resolve()
  await closing
  expect(storage.saves).toBe(2)
  expect(await saved()).toEqual(['a', 'b'])
})

test('never saves twice at the same time', async () => {
  const save = storage.save.bind(storage)
  let running = 0
  let most = 0
  storage.save = async (image) => {
    most = Math.max(most, ++running)
    await save(image)
    running--
  }
  const driver = open()
  await driver.batch([TABLE])
  const gate = Promise.withResolvers<void>()
  storage.gate = gate.promise
  await vi.advanceTimersByTimeAsync(1000)
  await driver.batch([insert('a')])
  await vi.advanceTimersByTimeAsync(1000)
  gate.resolve()
  await driver.close()
  expect(most).toBe(1)
  expect(storage.saves).toBe(2)
})

test('keeps acknowledged writes in memory when their save fails, and rejects the next write unapplied', async () => {
  const driver = open()
  await driver.batch([TABLE, insert('a')])
  storage.failure = new Error('no room')
  await vi.advanceTimersByTimeAsync(1000)
  await expect(driver.batch([insert('b')])).rejects.toMatchObject({
    code: 'SAVE_FAILED',
    cause: storage.failure,
  })
  expect(await values(driver)).toEqual(['a'])
})

test('saves before the next write what could not be saved, once there is room', async () => {
  const driver = open()
  await driver.batch([TABLE, insert('a')])
  storage.failure = new Error('no room')
  await vi.advanceTimersByTimeAsync(1000)
  storage.failure = undefined
  await driver.batch([insert('b')])
  expect(await saved()).toEqual(['a'])
  await vi.advanceTimersByTimeAsync(1000)
  expect(await saved()).toEqual(['a', 'b'])
})

test('takes no note of a failed save that was made good by the next one', async () => {
  const driver = open()
  await driver.batch([TABLE])
  storage.failure = new Error('no room')
  await vi.advanceTimersByTimeAsync(1000)
  storage.failure = undefined
  await driver.batch([insert('a')])
  storage.gate = new Promise(() => {})
  await driver.batch([insert('b')])
  expect(await values(driver)).toEqual(['a', 'b'])
})

test('rejects close with SAVE_FAILED when the last save fails, and is closed all the same', async () => {
  const driver = open()
  await driver.batch([TABLE])
  storage.failure = new Error('no room')
  await expect(driver.close()).rejects.toMatchObject({ code: 'SAVE_FAILED', cause: storage.failure })
  await expect(driver.batch([TABLE])).rejects.toMatchObject({ code: 'DRIVER_CLOSED' })
})

test('closes after a failed save when the last try succeeds', async () => {
  const driver = open()
  await driver.batch([TABLE, insert('a')])
  storage.failure = new Error('no room')
  await vi.advanceTimersByTimeAsync(1000)
  storage.failure = undefined
  await driver.close()
  expect(await saved()).toEqual(['a'])
})
