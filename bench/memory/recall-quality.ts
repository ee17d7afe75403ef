import { openMemory } from '@persql/context'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import type { SqlDriver } from '@persql/session-core'
import { memories } from './labelled-memories.ts'
import { queries } from './labelled-queries.ts'

/** How often people find what they mean. Both numbers are means over the queries, from 0 to 1. */
export interface Quality {
  readonly queries: number
  /** Of the right memories, how many are among the first five. */
  readonly recallAt5: number
  /** One divided by the place of the first right one. */
  readonly reciprocalRank: number
}

/** By system, and there by language and for `all`. */
export type RecallQuality = Readonly<Record<string, Readonly<Record<string, Quality>>>>

export const RECALL = 'recall'
export const MATCH_ANY = 'FTS5 match, any quoted word'
export const MATCH_ALL = 'FTS5 match, all quoted words'

const LIMIT = 10

const PLAIN_FTS = [
  `create virtual table plain using fts5(name, description, body, tokenize='porter unicode61')`,
  'insert into plain select name, description, body from ctx_memory',
]

export async function measureRecallQuality(): Promise<RecallQuality> {
  const driver = betterSqlite3Driver(':memory:')
  const recall = await labelledRecall(driver)
  await driver.batch(PLAIN_FTS.map((sql) => ({ sql })))

  /** FTS5 as it comes, with the words between spaces. */
  async function match(text: string, operator: ' ' | ' OR '): Promise<string[]> {
    const words = text.split(/\s+/).map((word) => `"${word.replaceAll('"', '""')}"`)
    const sql = `select name from plain where plain match ? order by rank limit ${LIMIT}`
    const [result] = await driver.batch([{ sql, params: [words.join(operator)] }], { readOnly: true })
    return result!.rows.map(([name]) => String(name))
  }

  const systems: Record<string, (text: string) => Promise<string[]>> = {
    [RECALL]: recall,
    [MATCH_ANY]: (text) => match(text, ' OR '),
    [MATCH_ALL]: (text) => match(text, ' '),
  }
  const quality: Record<string, Record<string, Quality>> = {}
  for (const [system, find] of Object.entries(systems)) quality[system] = await qualityOf(find)
  await driver.close()
  return quality
}

/** What a memory finds among the labelled memories, on an empty database. */
export async function labelledRecall(driver: SqlDriver): Promise<(text: string) => Promise<string[]>> {
  const store = openMemory(driver)
  for (const [name, description, body] of memories) await store.remember({ name, description, body })
  return async (text) => (await store.recall(text, { limit: LIMIT })).map(({ name }) => name)
}

export async function qualityOf(find: (text: string) => Promise<string[]>): Promise<Record<string, Quality>> {
  const sums: Record<string, Quality> = {}
  for (const [language, text, relevant] of queries) {
    const found = await find(text)
    const first = found.findIndex((name) => relevant.includes(name))
    const recallAt5 = relevant.filter((name) => found.slice(0, 5).includes(name)).length / relevant.length
    for (const key of ['all', language]) {
      const sum = sums[key] ?? { queries: 0, recallAt5: 0, reciprocalRank: 0 }
      sums[key] = {
        queries: sum.queries + 1,
        recallAt5: sum.recallAt5 + recallAt5,
        reciprocalRank: sum.reciprocalRank + (first === -1 ? 0 : 1 / (first + 1)),
      }
    }
  }
  return Object.fromEntries(
    Object.entries(sums).map(([language, { queries, recallAt5, reciprocalRank }]) => [
      language,
      { queries, recallAt5: recallAt5 / queries, reciprocalRank: reciprocalRank / queries },
    ]),
  )
}
