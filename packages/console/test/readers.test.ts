import { readdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQL, type PerSQLDatabase } from '@persql/sdk'
import type { SqlDriver } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { startConsole } from '../src/index.ts'

/** More than there are readers. */
const MANY = 6
const ENDLESS = 'with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n'
const READ = { readOnly: true }

function makeFile(): string {
  const file = temporaryPaths()('agents.db')
  const made = new Database(file)
  made.pragma('journal_mode = wal')
  made.exec('create table t (a); insert into t values (1)')
  made.close()
  return file
}

/** Closed by the test, or behind it. */
async function open(driver: SqlDriver, file: string) {
  const app = await startConsole({ driver, file, name: 'agents.db' })
  async function close() {
    await app.close()
    await driver.close()
  }
  onTestFinished(close)
  const { origin, hash } = new URL(app.url)
  const body = JSON.stringify({ secret: hash.replace('#/open/', '') })
  const answer = await fetch(`${origin}/console/sign-in`, { method: 'POST', body })
  const { data } = (await answer.json()) as { data: { token: string } }
  const persql = new PerSQL({ token: data.token, baseURL: origin, maxRetries: 0 })
  return { database: persql.database('local/database'), close }
}

/** Resolves once the query has been given up. */
function giveUp(database: PerSQLDatabase, controller: AbortController, options = {}): Promise<unknown> {
  const call = database.query(ENDLESS, [], { ...READ, ...options, signal: controller.signal })
  return expect(call).rejects.toMatchObject({ code: expect.stringMatching(/^(aborted|timeout)$/) })
}

test('answers other calls while a read goes on, and sees what they write', async () => {
  const file = makeFile()
  const { database } = await open(betterSqlite3Driver(file), file)
  const controller = new AbortController()
  const given = giveUp(database, controller)
  expect((await database.query('select a from t', [], READ)).rows).toEqual([[1]])
  await database.query('insert into t values (2)')
  expect((await database.query('select a from t', [], READ)).rows).toEqual([[1], [2]])
  expect(await database.tables()).toEqual([{ name: 't', rowCount: 2 }])
  controller.abort()
  await given
})

test.each([
  ['cancelled', (controller: AbortController) => controller.abort(), {}],
  ['timed out', () => {}, { timeout: 500 }],
])('ends a read that was %s', async (_, stop, options) => {
  const file = makeFile()
  const { database } = await open(betterSqlite3Driver(file), file)
  // Those that went on would have all readers in the end.
  for (let count = 0; count < MANY; count++) {
    const controller = new AbortController()
    const given = giveUp(database, controller, options)
    // Answered by another reader, so the first one is at work.
    expect((await database.query('select a from t', [], READ)).rows).toEqual([[1]])
    stop(controller)
    await given
  }
  expect((await database.query('select a from t', [], READ)).rows).toEqual([[1]])
})

test.each([{ readOnly: false }, { readOnly: true }])(
  'leaves nothing beside the file: %o',
  async (options) => {
    const file = makeFile()
    const { database, close } = await open(betterSqlite3Driver(file, options), file)
    const controller = new AbortController()
    const given = giveUp(database, controller)
    await database.query('select a from t', [], READ)
    controller.abort()
    await given
    const closed = expect(database.query(ENDLESS, [], READ)).rejects.toMatchObject({ code: 'network' })
    await database.query('select a from t', [], READ)
    await close()
    await closed
    expect(readdirSync(dirname(file))).toEqual(['agents.db'])
  },
)

test('refuses what would write as the driver does', async () => {
  const file = makeFile()
  const { database } = await open(betterSqlite3Driver(file), file)
  for (const sql of ['insert into t values (2)', 'pragma synchronous = off', `attach ':memory:' as other`]) {
    const refusal = { status: 400, detail: { kind: 'readonly' } }
    await expect(database.query(sql, [], READ)).rejects.toMatchObject(refusal)
  }
})

test('asks the driver where it has another file open, or none', async () => {
  const file = makeFile()
  for (const driver of [betterSqlite3Driver(':memory:'), betterSqlite3Driver(temporaryPaths()('other.db'))]) {
    const { database, close } = await open(driver, file)
    expect(await database.tables()).toEqual([])
    await close()
  }
})

test('asks the driver where no process can read the file', async () => {
  const file = makeFile()
  const driver = betterSqlite3Driver(file)
  await driver.batch([{ sql: 'select a from t' }], READ)
  writeFileSync(`${file}-new`, 'no database at all, however long one looks at it')
  renameSync(`${file}-new`, file)
  const { database } = await open(driver, file)
  expect(await database.tables()).toEqual([{ name: 't', rowCount: 1 }])
})

test('asks the driver what is wrong with a damaged file', async () => {
  const file = makeFile()
  const driver = betterSqlite3Driver(file)
  const { database } = await open(
    {
      ...driver,
      async batch(statements, options) {
        if (statements.some(({ sql }) => sql.includes('damaged'))) throw new Error('Mend it so.')
        return driver.batch(statements, options)
      },
    },
    file,
  )
  const call = database.query(`select json('damaged')`, [], READ)
  await expect(call).rejects.toThrow('Mend it so.')
})
