import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { postgresDriver } from '@persql/driver-postgres'
import type { SqlDriver } from '@persql/session-core'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { afterAll, describe, expect, test } from 'vitest'
import { queries } from './memory/labelled-queries.ts'
import { labelledRecall, qualityOf } from './memory/recall-quality.ts'

/** How much less of what people mean may be found than on SQLite. */
const MAX_LOSS = 0.02

async function qualityOn(driver: SqlDriver) {
  const quality = await qualityOf(await labelledRecall(driver))
  await driver.close()
  return quality['all']!
}

/** A question, and what else its words can be asked for. */
function variants(text: string): string[] {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length < 4) return [text]
  const [a, b, c] = words.toReversed() as [string, string, string]
  return [
    text,
    `"${c} ${b} ${a}"`,
    `${a} OR ${b}`,
    `${a} NOT ${b}`,
    `(${a} OR ${c}) AND ${b}`,
    `NEAR(${a} ${b}, 3)`,
    `${a.slice(0, 3)}*`,
  ]
}

for (const databases of everyDatabase()) {
  describe(`recall on ${databases.name}`, () => {
    afterAll(() => databases.close())

    test('finds the same as on SQLite, in the same order', async () => {
      const [sqlite, postgres] = [
        betterSqlite3Driver(':memory:'),
        postgresDriver(await databases.urlOf('recall order')),
      ]
      const [wanted, found] = [await labelledRecall(sqlite), await labelledRecall(postgres)]
      for (const text of queries.flatMap(([, text]) => variants(text))) {
        expect(await found(text), text).toEqual(await wanted(text))
      }
      await Promise.all([sqlite.close(), postgres.close()])
    })

    test('finds what people mean as well as on SQLite', async () => {
      const wanted = await qualityOn(betterSqlite3Driver(':memory:'))
      const found = await qualityOn(postgresDriver(await databases.urlOf('recall quality')))
      expect(found.recallAt5).toBeGreaterThan(wanted.recallAt5 - MAX_LOSS)
      expect(found.reciprocalRank).toBeGreaterThan(wanted.reciprocalRank - MAX_LOSS)
    })
  })
}
