import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fileStorage, sqlJsDriver } from '../src/index.ts'
import { insert, SELECT, TABLE, values } from './support/table.ts'

// The object that the storage takes its functions from.
const fs = process.getBuiltinModule('node:fs/promises')

let folder: string
let path: string
let lock: string

beforeEach(() => {
  folder = temporaryFolder()
  path = join(folder, 'agents.db')
  lock = `${path}.lock`
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const open = () => sqlJsDriver({ storage: fileStorage(path) })

/** The id of a process that has ended. */
const deadProcess = () => spawnSync(process.execPath, ['--version']).pid

test('keeps every write that processes on one file were acknowledged', async () => {
  await open().batch([TABLE])
  const script = fileURLToPath(new URL('support/save-worker.ts', import.meta.url))
  const run = async (name: string) => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, path, name, '12'])
    return stdout.trim().split('\n')
  }
  const acknowledged = (await Promise.all(['a', 'b', 'c'].map(run))).flat()
  expect(acknowledged).toHaveLength(36)
  expect((await values(open())).toSorted()).toEqual(acknowledged.toSorted())
  expect(readdirSync(folder)).toEqual(['agents.db'])
})

test('lets one of two that save the same image in the same instant, and refuses the other', async () => {
  await open().batch([TABLE])
  const drivers = [open(), open()]
  for (const driver of drivers) await driver.batch([SELECT])
  // Nobody replaces the file before both have either looked at it or found the lock.
  const { rename, open: openFile, stat } = fs
  const arrived = { atLock: 0, atFile: 0 }
  const both = Promise.withResolvers<void>()
  const arrive = (place: keyof typeof arrived) => {
    arrived[place] += 1
    if (arrived[place] === 2) both.resolve()
  }
  vi.spyOn(fs, 'open').mockImplementation((file, ...rest) => {
    if (file === lock) arrive('atLock')
    return openFile(file, ...rest)
  })
  vi.spyOn(fs, 'stat').mockImplementation(async (file, ...rest) => {
    const state = await stat(file, ...rest)
    if (file === path) arrive('atFile')
    return state
  })
  vi.spyOn(fs, 'rename').mockImplementation(async (from, to) => {
    await both.promise
    await rename(from, to)
  })
  const settled = await Promise.allSettled(drivers.map((driver, index) => driver.batch([insert(index)])))
  expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  const [refused] = settled.filter((one) => one.status === 'rejected')
  expect(refused?.reason).toMatchObject({ code: 'SAVE_FAILED', message: expect.stringContaining(path) })
  expect(await values(open())).toEqual([settled.findIndex(({ status }) => status === 'fulfilled')])
})

test('takes over the lock of a process that has died', async () => {
  await open().batch([TABLE])
  writeFileSync(lock, `${deadProcess()} ${hostname()}`)
  await open().batch([insert('a')])
  expect(await values(open())).toEqual(['a'])
  expect(readdirSync(folder)).toEqual(['agents.db'])
})

test('takes over the lock of a process before this one that had the same id', async () => {
  await open().batch([TABLE])
  writeFileSync(lock, `${process.pid} ${hostname()}`)
  utimesSync(lock, 1000, 1000)
  await open().batch([insert('a')])
  expect(existsSync(lock)).toBe(false)
})

test.each<[string, () => string]>([
  ['a process that runs', () => `${process.ppid} ${hostname()}`],
  ['this process', () => `${process.pid} ${hostname()}`],
  ['another machine', () => `${deadProcess()} elsewhere`],
  ['nobody who is known', () => ''],
])('rejects with BUSY, and undoes the write, where the lock of %s does not go', async (_, owner) => {
  const driver = open()
  await driver.batch([TABLE])
  const text = owner()
  writeFileSync(lock, text)
  const before = readdirSync(folder)
  const start = performance.now()
  // Each look at the clock is a second later.
  let looks = 0
  vi.spyOn(performance, 'now').mockImplementation(() => start + 1000 * looks++)
  await expect(driver.batch([insert('a')])).rejects.toMatchObject({
    name: 'StorageError',
    code: 'BUSY',
    message: expect.stringContaining(lock),
  })
  expect(await values(driver)).toEqual([])
  expect(readdirSync(folder)).toEqual(before)
  expect(readFileSync(lock, 'utf8')).toBe(text)
  rmSync(lock)
  await driver.batch([insert('b')])
  expect(await values(open())).toEqual(['b'])
})

test('waits for a lock that goes', async () => {
  const driver = open()
  await driver.batch([TABLE])
  writeFileSync(lock, `${process.ppid} ${hostname()}`)
  const { readFile } = fs
  vi.spyOn(fs, 'readFile').mockImplementationOnce(async (...args) => {
    const text = await readFile(...args)
    rmSync(lock)
    return text
  })
  await driver.batch([insert('a')])
  expect(await values(open())).toEqual(['a'])
})

test('leaves no lock where it cannot be written', async () => {
  const driver = open()
  await driver.batch([TABLE])
  const { open: openFile } = fs
  vi.spyOn(fs, 'open').mockImplementation(async (file, ...rest) => {
    const handle = await openFile(file, ...rest)
    if (file === lock) handle.writeFile = () => Promise.reject(new Error('no room'))
    return handle
  })
  await expect(driver.batch([insert('a')])).rejects.toMatchObject({ code: 'SAVE_FAILED' })
  expect(readdirSync(folder)).toEqual(['agents.db'])
})
