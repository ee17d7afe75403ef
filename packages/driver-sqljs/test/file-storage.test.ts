import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fileStorage, sqlJsDriver } from '../src/index.ts'
import { insert, SELECT, TABLE, values } from './support/table.ts'

const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
// The object that the storage takes its functions from.
const fs = process.getBuiltinModule('node:fs/promises')

let folder: string
let path: string

beforeEach(() => {
  folder = temporaryFolder()
  path = join(folder, 'agents.db')
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const open = (file = path) => sqlJsDriver({ storage: fileStorage(file) })

test('keeps the database in a file that other programs with SQLite can read', async () => {
  await open().batch([TABLE, insert('a')])
  const other = new DatabaseSync(path)
  expect(other.prepare('select value from t').all()).toMatchObject([{ value: 'a' }])
  expect(other.prepare('pragma integrity_check').get()).toMatchObject({ integrity_check: 'ok' })
  other.close()
  expect(await values(open())).toEqual(['a'])
})

test('reads and keeps a file that another program with SQLite has made and closed', async () => {
  const other = new DatabaseSync(path)
  other.exec('pragma journal_mode = wal; create table t (id integer primary key, value unique)')
  other.close()
  await open().batch([insert('a')])
  expect(await values(open())).toEqual(['a'])
})

test('makes the missing folders of a new file, at the first write', async () => {
  const driver = open(join(folder, 'a/b/agents.db'))
  await driver.batch([{ sql: 'select 1' }])
  expect(readdirSync(folder)).toEqual([])
  await driver.batch([TABLE])
  expect(readdirSync(join(folder, 'a/b'))).toEqual(['agents.db'])
})

test('takes an empty file for an empty database', async () => {
  writeFileSync(path, '')
  await open().batch([TABLE])
  expect(await values(open())).toEqual([])
})

test('rejects a write whose folder cannot be synced, and replaces what it left at the next save', async () => {
  const driver = sqlJsDriver({ storage: fileStorage(path) })
  await driver.batch([TABLE, insert('a')])
  const open = fs.open.bind(fs)
  const opening = vi.spyOn(fs, 'open').mockImplementation(async (file, ...rest) => {
    const handle = await open(file, ...rest)
    if (file === folder) handle.sync = () => Promise.reject(new Error('no sync'))
    return handle
  })
  await expect(driver.batch([insert('b')])).rejects.toMatchObject({ code: 'SAVE_FAILED' })
  opening.mockRestore()
  expect(await values(driver)).toEqual(['a'])
  await driver.batch([insert('c')])
  expect(await values(sqlJsDriver({ storage: fileStorage(path) }))).toEqual(['a', 'c'])
})

test('makes the image durable before it takes the place of the old one, and then its name', async () => {
  const steps: string[] = []
  const { open: openFile, rename } = fs
  vi.spyOn(fs, 'open').mockImplementation(async (file, ...rest) => {
    const handle = await openFile(file, ...rest)
    const sync = handle.sync.bind(handle)
    handle.sync = () => {
      steps.push(`sync ${file}`)
      return sync()
    }
    return handle
  })
  vi.spyOn(fs, 'rename').mockImplementation((from, to) => {
    steps.push(`rename ${from} to ${to}`)
    return rename(from, to)
  })
  await open().batch([TABLE])
  const temporary = steps[0]?.replace('sync ', '')
  expect(dirname(temporary!)).toBe(folder)
  expect(steps).toEqual([`sync ${temporary}`, `rename ${temporary} to ${path}`, `sync ${folder}`])
})

test('leaves the old image when the process is killed in the middle of a save', async () => {
  await open().batch([TABLE])
  const script = fileURLToPath(new URL('support/crash-while-saving.ts', import.meta.url))
  const { signal, stderr } = spawnSync(process.execPath, [script, path], { encoding: 'utf8' })
  expect(signal, stderr).toBe('SIGKILL')
  expect(await values(open())).toEqual(['first'])
  await open().batch([insert('third')])
  expect(await values(open())).toEqual(['first', 'third'])
})

test('leaves no temporary files, after saves and after failed ones', async () => {
  const driver = open()
  await driver.batch([TABLE])
  vi.spyOn(fs, 'rename').mockRejectedValueOnce(new Error('no room'))
  await expect(driver.batch([insert('a')])).rejects.toMatchObject({ code: 'SAVE_FAILED' })
  expect(readdirSync(folder)).toEqual(['agents.db'])
  await driver.batch([insert('b')])
  expect(readdirSync(folder)).toEqual(['agents.db'])
  expect(await values(open())).toEqual(['b'])
})

test('works on after a save whose name could not be made durable', async () => {
  const driver = open()
  await driver.batch([TABLE])
  const { open: openFile } = fs
  const failsForFolders = vi
    .spyOn(fs, 'open')
    .mockImplementation((file, ...rest) =>
      file === folder ? Promise.reject(new Error('i/o error')) : openFile(file, ...rest),
    )
  await expect(driver.batch([insert('a')])).rejects.toMatchObject({ code: 'SAVE_FAILED' })
  failsForFolders.mockRestore()
  await driver.batch([insert('b')])
  expect(await values(open())).toEqual(['b'])
})

test('refuses to save over a file that another driver has saved, and leaves it', async () => {
  const first = open()
  const second = open()
  await first.batch([TABLE])
  expect(await values(second)).toEqual([])
  await first.batch([insert('a')])
  await expect(second.batch([insert('b')])).rejects.toMatchObject({
    code: 'SAVE_FAILED',
    message: expect.stringContaining(path),
  })
  await first.batch([insert('c')])
  expect(await values(open())).toEqual(['a', 'c'])
})

const changes: Record<string, () => unknown> = {
  deleted: () => rmSync(path),
  'touched in place': () => utimesSync(path, 0, 0),
  'made longer, with its time kept': () => {
    const { atime, mtime } = statSync(path)
    writeFileSync(path, 'more', { flag: 'a' })
    utimesSync(path, atime, mtime)
  },
  'replaced by a copy with the same time': () => {
    const { atime, mtime } = statSync(path)
    writeFileSync(`${path}.copy`, readFileSync(path))
    utimesSync(`${path}.copy`, atime, mtime)
    renameSync(`${path}.copy`, path)
  },
}

test.each(Object.entries(changes))('refuses to save over a file that was %s', async (_, change) => {
  const driver = open()
  await driver.batch([TABLE])
  utimesSync(path, 1000, 1000)
  const reopened = open()
  await reopened.batch([SELECT])
  change()
  const before = readdirSync(folder)
  await expect(reopened.batch([insert('a')])).rejects.toMatchObject({ code: 'SAVE_FAILED' })
  expect(readdirSync(folder)).toEqual(before)
})

test('refuses to save over a file that was not there when it was loaded', async () => {
  const driver = open()
  await driver.batch([{ sql: 'select 1' }])
  writeFileSync(path, 'somebody else')
  await expect(driver.batch([TABLE])).rejects.toMatchObject({ code: 'SAVE_FAILED' })
  expect(readFileSync(path, 'utf8')).toBe('somebody else')
})

test('refuses to open, and to save over, a file that another program has open with changes of its own', async () => {
  const driver = open()
  await driver.batch([TABLE])
  const other = new DatabaseSync(path)
  other.exec('pragma journal_mode = wal')
  const reopened = open()
  await reopened.batch([SELECT])
  other.exec("insert into t (value) values ('theirs')")
  await expect(open().batch([SELECT])).rejects.toMatchObject({
    code: 'CANNOT_OPEN',
    message: expect.stringContaining(`${path}-wal`),
  })
  await expect(reopened.batch([insert('ours')])).rejects.toMatchObject({ code: 'SAVE_FAILED' })
  other.close()
  expect(await values(open())).toEqual(['theirs'])
})

test('keeps the permissions of the file', async () => {
  await open().batch([TABLE])
  for (const mode of [0o600, 0o666]) {
    chmodSync(path, mode)
    await open().batch([insert(mode)])
    expect(statSync(path).mode & 0o777).toBe(mode)
  }
})

test('lets nobody read the new image who could not read the old one, not even while it is written', async () => {
  await open().batch([TABLE])
  chmodSync(path, 0o600)
  const driver = open()
  await driver.batch([SELECT])
  const { open: openFile } = fs
  const modes: number[] = []
  vi.spyOn(fs, 'open').mockImplementation(async (file, ...rest) => {
    const handle = await openFile(file, ...rest)
    if (String(file).endsWith('.tmp')) modes.push((await handle.stat()).mode & 0o777)
    return handle
  })
  await driver.batch([insert('a')])
  expect(modes).toEqual([0o600])
})

test('saves to the file that a symbolic link leads to', async () => {
  await open().batch([TABLE])
  const link = join(folder, 'link.db')
  symlinkSync(path, link)
  await open(link).batch([insert('a')])
  expect(realpathSync(link)).toBe(path)
  expect(await values(open())).toEqual(['a'])
})

test('stays with its file when the working folder changes, also before the first use', async () => {
  const before = process.cwd()
  try {
    process.chdir(folder)
    const driver = open('agents.db')
    mkdirSync('elsewhere')
    process.chdir('elsewhere')
    await driver.batch([TABLE])
    process.chdir(before)
    await driver.batch([insert('a')])
  } finally {
    process.chdir(before)
  }
  expect(await values(open())).toEqual(['a'])
})

test('rejects with CANNOT_OPEN, naming the file, what cannot be read', async () => {
  writeFileSync(join(folder, 'file'), '')
  for (const unreadable of [folder, join(folder, 'file/agents.db')]) {
    await expect(open(unreadable).batch([TABLE])).rejects.toMatchObject({
      code: 'CANNOT_OPEN',
      message: expect.stringContaining(unreadable),
      cause: { code: expect.stringMatching(/EISDIR|ENOTDIR/) },
    })
  }
})

test('rejects with SAVE_FAILED, naming the file and the cause, what cannot be written', async () => {
  const file = join(folder, 'a/agents.db')
  const driver = open(file)
  await driver.batch([{ sql: 'select 1' }])
  writeFileSync(join(folder, 'a'), '')
  await expect(driver.batch([TABLE])).rejects.toMatchObject({
    code: 'SAVE_FAILED',
    message: expect.stringContaining(file),
    cause: { syscall: 'mkdir' },
  })
})

test('rejects with NOT_A_DATABASE a file of something else, and leaves it as it is', async () => {
  const text = 'This is a letter, not a database. '.repeat(100)
  writeFileSync(path, text)
  await expect(open().batch([TABLE])).rejects.toMatchObject({ code: 'NOT_A_DATABASE' })
  expect(readFileSync(path, 'utf8')).toBe(text)
})

test('rejects with CANNOT_OPEN where there is no file system', async () => {
  vi.stubGlobal('process', undefined)
  await expect(open().batch([TABLE])).rejects.toMatchObject({
    code: 'CANNOT_OPEN',
    message: expect.stringContaining('indexedDbStorage'),
  })
})

test('refuses what is not a path', () => {
  for (const unusable of ['', ' ', undefined, 7]) {
    expect(() => fileStorage(unusable as string)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  }
})
