import type { SqlDriver } from '@persql/session-core'
import { expect } from 'vitest'
import { openMemory } from '../open-memory.ts'

export const TABLES = ['ctx_memory', 'ctx_episode']

/** Every word of an index with its row and place. */
async function contents(driver: SqlDriver, index: string) {
  if (driver.dialect === 'postgres') {
    const sql = `select row, cast(words as text), length from ${index} order by row`
    return (await driver.batch([{ sql }]))[0]!.rows
  }
  const [, result] = await driver.batch([
    { sql: `create virtual table vocabulary using fts5vocab('${index}', 'instance')` },
    { sql: 'select term, doc, col, "offset" from vocabulary order by 1, 2, 3, 4' },
    { sql: 'drop table vocabulary' },
  ])
  return result!.rows
}

export const unindexed = { sql: 'select count(*) from ctx_unindexed' }

/** Expects of all text indexes that they hold exactly what they would hold if they were made now. */
export async function expectIndexesToAgree(driver: SqlDriver): Promise<void> {
  const memory = openMemory(driver)
  const both = () => Promise.all(TABLES.map((table) => contents(driver, `${table}_words`)))
  const empty = (words: string) =>
    driver.dialect === 'postgres'
      ? `delete from ${words}`
      : `insert into ${words}(${words}) values ('delete-all')`
  await memory.init()
  const kept = await both()
  await driver.batch(
    TABLES.flatMap((table) => [{ sql: empty(`${table}_words`) }, { sql: `update ${table} set body = body` }]),
  )
  await memory.init()
  expect(kept).toEqual(await both())
  const [result] = await driver.batch([unindexed])
  expect(result!.rows).toEqual([[0]])
}
