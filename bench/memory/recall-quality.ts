import { context } from '@persql/context'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { memories } from './labelled-memories.ts'
import { queries } from './labelled-queries.ts'

// How often recall finds what people mean, against FTS5 with every word quoted: node bench/memory/recall-quality.ts
const driver = betterSqlite3Driver(':memory:')
const store = context(driver)
for (const [name, description, body] of memories) await store.remember({ name, description, body })

const LIMIT = 10

/** FTS5 as it comes: the words between spaces, quoted, all of which a row must have; or any of which. */
async function match(text: string, operator: ' ' | ' OR '): Promise<string[]> {
  const words = text.split(/\s+/).map((word) => `"${word.replaceAll('"', '""')}"`)
  const sql = `select m.name from ctx_memory_fts f join ctx_memory m on m.rowid = f.rowid
    where ctx_memory_fts match ? order by rank limit ${LIMIT}`
  const [result] = await driver.batch([{ sql, params: [words.join(operator)] }], { readOnly: true })
  return result!.rows.map(([name]) => String(name))
}

const systems: Record<string, (text: string) => Promise<string[]>> = {
  'MATCH, words quoted': (text) => match(text, ' '),
  'MATCH, words quoted, OR': (text) => match(text, ' OR '),
  'recall()': async (text) => (await store.recall(text, { limit: LIMIT })).map(({ name }) => name),
}

interface Score {
  queries: number
  recall: number
  reciprocalRank: number
}

const languages = ['all', ...new Set(queries.map(([language]) => language))]
const table: Record<string, Record<string, string | number>> = {}
for (const language of languages) {
  const chosen = queries.filter(([of]) => language === 'all' || of === language)
  const row: Record<string, string | number> = { queries: chosen.length }
  for (const [system, find] of Object.entries(systems)) {
    const score: Score = { queries: chosen.length, recall: 0, reciprocalRank: 0 }
    for (const [, text, relevant] of chosen) {
      const found = await find(text)
      score.recall += relevant.filter((name) => found.slice(0, 5).includes(name)).length / relevant.length
      const first = found.findIndex((name) => relevant.includes(name))
      score.reciprocalRank += first === -1 ? 0 : 1 / (first + 1)
      if (process.argv.includes('--misses') && system === 'recall()' && language !== 'all' && first !== 0) {
        console.log(
          `${language}: ${text} -> ${found.slice(0, 3).join(', ')} (${relevant.join(', ')}: ${first + 1})`,
        )
      }
    }
    row[`${system}: recall@5`] = (score.recall / chosen.length).toFixed(2)
    row[`${system}: MRR`] = (score.reciprocalRank / chosen.length).toFixed(2)
  }
  table[language] = row
}
await driver.close()

console.log(`${memories.length} memories, ${queries.length} queries`)
console.table(table)
