import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { fileStorage, sqlJsDriver } from '@persql/driver-sqljs'
import { expect, test } from 'vitest'
import { context } from '../src/index.ts'
import { expectIndexesToAgree } from '../src/testing/index.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const path = temporaryFolder()

test('indexes what was remembered without FTS5, once an SQLite that has it opens the database', async () => {
  const file = path('from-sqljs.db')
  const without = sqlJsDriver({ storage: fileStorage(file) })
  await context(without).remember({ name: 'tea', body: '緑茶 for running' })
  await context(without).record({ body: '京都' })
  await without.close()
  const driver = betterSqlite3Driver(file)
  expect(await context(driver).recall('runs')).toMatchObject([{ name: 'tea' }])
  expect(await context(driver).recall('緑茶')).toMatchObject([{ name: 'tea' }])
  expect(await context(driver).recall('京都')).toMatchObject([{ kind: 'episode' }])
  await expectIndexesToAgree(driver)
  await driver.close()
})

test('reads without FTS5 what was remembered with it, and refuses to write past the indexes', async () => {
  const file = path('to-sqljs.db')
  const driver = betterSqlite3Driver(file)
  await context(driver).remember({ name: 'tea', body: '緑茶 for running' })
  await driver.batch([{ sql: 'pragma journal_mode = delete' }])
  await driver.close()
  const without = sqlJsDriver({ storage: fileStorage(file) })
  const memory = context(without)
  expect(await memory.recall('running')).toMatchObject([{ name: 'tea' }])
  expect(await memory.get('tea')).toMatchObject({ body: '緑茶 for running' })
  await expect(memory.remember({ name: 'tea', body: 'x' })).rejects.toMatchObject({
    code: 'SQL_ERROR',
    message: expect.stringContaining('FTS5'),
  })
  expect(await memory.get('tea')).toMatchObject({ body: '緑茶 for running' })
  await without.close()
})

test('finds all that it found before when VACUUM has numbered the rows anew', async () => {
  const driver = betterSqlite3Driver(path('vacuum.db'))
  const memory = context(driver)
  for (let n = 0; n < 20; n++) await memory.remember({ name: `n${n}`, body: `word${n} 東京` })
  for (let n = 0; n < 20; n += 2) await memory.forget(`n${n}`)
  await driver.batch([{ sql: 'vacuum' }])
  await memory.init()
  expect(await memory.recall('word7')).toMatchObject([{ name: 'n7' }])
  expect(await memory.recall('東京', { limit: 20 })).toHaveLength(10)
  await expectIndexesToAgree(driver)
  await driver.close()
})
