import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { fileStorage, sqlJsDriver } from '@persql/driver-sqljs'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { afterAll, expect, test } from 'vitest'
import { openMemory } from '../src/index.ts'
import { expectIndexesToAgree } from '../src/testing/index.ts'

const path = temporaryPaths(afterAll)

test('indexes what was remembered without FTS5, once an SQLite that has it opens the database', async () => {
  const file = path('from-sqljs.db')
  const without = sqlJsDriver({ storage: fileStorage(file) })
  await openMemory(without).remember({ name: 'tea', body: '緑茶 for running' })
  await openMemory(without).record({ body: '京都' })
  await without.close()
  const driver = betterSqlite3Driver(file)
  expect(await openMemory(driver).recall('runs')).toMatchObject([{ name: 'tea' }])
  expect(await openMemory(driver).recall('緑茶')).toMatchObject([{ name: 'tea' }])
  expect(await openMemory(driver).recall('京都')).toMatchObject([{ kind: 'episode' }])
  await expectIndexesToAgree(driver)
  await driver.close()
})

test('reads and changes without FTS5 what was remembered with it, and back again', async () => {
  const file = path('to-sqljs.db')
  const inFile = async () => {
    const driver = betterSqlite3Driver(file)
    await driver.batch([{ sql: 'pragma journal_mode = delete' }])
    return driver
  }
  const driver = await inFile()
  await openMemory(driver).remember({ name: 'tea', body: '緑茶 for running' })
  await openMemory(driver).remember({ name: 'gone', body: 'running as well' })
  await driver.close()

  const without = sqlJsDriver({ storage: fileStorage(file) })
  const memory = openMemory(without)
  expect(await memory.recall('running')).toHaveLength(2)
  await memory.remember({ name: 'tea', body: 'Weißgerber' })
  await memory.remember({ name: 'new', body: 'on-call' })
  await memory.record({ body: '京都' })
  expect(await memory.forget('gone')).toBe(true)
  expect(await memory.recall('weissgerber')).toMatchObject([{ name: 'tea' }])
  await without.close()

  const again = await inFile()
  expect(await openMemory(again).recall('running 緑茶')).toEqual([])
  expect(await openMemory(again).recall('weissgerber')).toMatchObject([{ name: 'tea' }])
  expect(await openMemory(again).recall('oncall')).toMatchObject([{ name: 'new' }])
  expect(await openMemory(again).recall('京都')).toMatchObject([{ kind: 'episode' }])
  await expectIndexesToAgree(again)
  await again.close()
})

test('only reads without FTS5 what was remembered with it', async () => {
  const file = path('read-only.db')
  const driver = betterSqlite3Driver(file)
  await openMemory(driver).remember({ name: 'tea', body: '緑茶 for running' })
  await driver.batch([{ sql: 'pragma journal_mode = delete' }])
  await driver.close()
  const reader = sqlJsDriver({ storage: fileStorage(file), readOnly: true })
  expect(await openMemory(reader).recall('緑茶')).toMatchObject([{ name: 'tea' }])
  expect(await openMemory(reader).recall('running')).toMatchObject([{ name: 'tea' }])
  await reader.close()
})

test('refuses to write without FTS5 past the indexes of others', async () => {
  const file = path('documented.db')
  const driver = betterSqlite3Driver(file)
  await openMemory(driver).remember({ name: 'tea', body: 'green' })
  await driver.batch([
    { sql: `create virtual table ctx_memory_fts using fts5(body, content='ctx_memory')` },
    {
      sql: `create trigger ctx_memory_ai after insert on ctx_memory begin
        insert into ctx_memory_fts(rowid, body) values (new.rowid, new.body); end`,
    },
    { sql: 'pragma journal_mode = delete' },
  ])
  await driver.close()
  const without = sqlJsDriver({ storage: fileStorage(file) })
  const memory = openMemory(without)
  await expect(memory.remember({ name: 'coffee', body: 'x' })).rejects.toMatchObject({
    code: 'SQL_ERROR',
    message: expect.stringContaining('FTS5'),
  })
  expect(await memory.get('coffee')).toBeNull()
  expect(await memory.recall('green')).toMatchObject([{ name: 'tea' }])
  await without.close()
})

test('finds all that it found before when VACUUM has numbered the rows anew', async () => {
  const driver = betterSqlite3Driver(path('vacuum.db'))
  const memory = openMemory(driver)
  for (let n = 0; n < 20; n++) await memory.remember({ name: `n${n}`, body: `word${n} 東京` })
  for (let n = 0; n < 20; n += 2) await memory.forget(`n${n}`)
  await driver.batch([{ sql: 'vacuum' }])
  await memory.init()
  expect(await memory.recall('word7')).toMatchObject([{ name: 'n7' }])
  expect(await memory.recall('東京', { limit: 20 })).toHaveLength(10)
  await expectIndexesToAgree(driver)
  await driver.close()
})
