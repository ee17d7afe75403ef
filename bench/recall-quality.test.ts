import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { postgresDriver } from '@persql/driver-postgres'
import type { SqlDriver } from '@persql/session-core'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { describe, expect, test } from 'vitest'
import { labelledRecall, qualityOf } from './memory/recall-quality.ts'

/** How much less of what people mean may be found than on SQLite. */
const MAX_LOSS = 0.02

async function qualityOn(driver: SqlDriver) {
  const quality = await qualityOf(await labelledRecall(driver))
  await driver.close()
  return quality['all']!
}

for (const databases of everyDatabase()) {
  describe(`recall on ${databases.name}`, () => {
    test('finds what people mean as well as on SQLite', async () => {
      const wanted = await qualityOn(betterSqlite3Driver(':memory:'))
      const found = await qualityOn(postgresDriver(await databases.urlOf('recall quality')))
      await databases.close()
      expect(found.recallAt5).toBeGreaterThan(wanted.recallAt5 - MAX_LOSS)
      expect(found.reciprocalRank).toBeGreaterThan(wanted.reciprocalRank - MAX_LOSS)
    })
  })
}
