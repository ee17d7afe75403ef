import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { startServer } from './support/test-server.ts'

const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8)

function folderOf(mode: number, ...names: string[]): string {
  const folder = temporaryFolder()
  for (const name of names) writeFileSync(join(folder, name), 'theirs')
  chmodSync(folder, mode)
  return folder
}

test('makes a folder that only its own user can enter', async () => {
  const data = join(temporaryFolder(), 'new', 'data')
  const { query } = await startServer({ data })
  await query('main', 'create table t (a)')
  expect(['', 'databases'].map((name) => modeOf(join(data, name)))).toEqual(['700', '700'])
})

test.each([0o755, 0o750, 0o775])(
  'leaves the mode of an empty folder at %o, and shows nothing in it',
  async (mode) => {
    const data = folderOf(mode)
    const { query, server } = await startServer({ data })
    await query('main', 'create table t (a)')
    expect(modeOf(data)).toBe(mode.toString(8))
    for (const name of readdirSync(data)) {
      const isFolder = ['databases', 'temporary'].includes(name)
      expect([name, modeOf(join(data, name))]).toEqual([name, isFolder ? '700' : '600'])
    }
    await server.close()
    const again = await startServer({ data })
    expect(again.server.adminToken).toBe(undefined)
  },
)

test.each([0o755, 0o700, 0o1777])(
  'refuses a folder of mode %o with the files of others, and leaves it',
  async (mode) => {
    const data = folderOf(mode, 'letter.txt')
    await expect(startServer({ data })).rejects.toThrow(
      `The folder "${data}" holds other things than a server's data: "letter.txt". Give the server a folder of its own, such as "${join(data, 'persql-data')}".`,
    )
    expect([readdirSync(data), modeOf(data)]).toEqual([['letter.txt'], mode.toString(8)])
  },
)

test('refuses an empty folder that everybody may write to, and leaves it', async () => {
  const data = folderOf(0o777)
  await expect(startServer({ data })).rejects.toThrow(`Everybody may write to the folder "${data}".`)
  expect([readdirSync(data), modeOf(data)]).toEqual([[], '777'])
})

test('takes its own folder again, whatever else has come into it', async () => {
  const { server, data } = await startServer()
  await server.close()
  writeFileSync(join(data, '.DS_Store'), '')
  await startServer({ data })
})

test('takes a folder that a start left unfinished, or that is the top of a disk', async () => {
  const data = folderOf(0o755, 'lock')
  writeFileSync(join(data, 'lock'), '')
  for (const name of ['databases', 'lost+found']) mkdirSync(join(data, name))
  await startServer({ data })
  expect(existsSync(join(data, 'registry.sqlite'))).toBe(true)
})
