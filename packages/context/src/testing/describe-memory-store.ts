import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SqlDialect, SqlDriver } from '@persql/session-core'
import { afterEach, beforeEach, describe, test } from 'vitest'
import type { MemoryOptions } from '../memory-options.ts'
import { openMemory } from '../open-memory.ts'
import { episodeCases } from './episode-cases.ts'
import { factCases } from './fact-cases.ts'
import { graphCases } from './graph-cases.ts'
import { indexCases } from './index-cases.ts'
import { meaningCases } from './meaning-cases.ts'
import type { TestCase } from './memory-store-case.ts'
import { recallCases } from './recall-cases.ts'
import { wordCases } from './word-cases.ts'
import { workingCases } from './working-cases.ts'

export interface MemoryStoreSuite {
  readonly name: string
  /** Makes a driver on an empty database. `location` is a path in a folder of its own, new for every case. */
  create(location: string): SqlDriver | Promise<SqlDriver>
  /** What the drivers say. Default: `sqlite`. */
  readonly dialect?: SqlDialect
  /** False for an SQLite without FTS5: leaves out what only text indexes can do. Default: true. */
  readonly hasFts?: boolean
}

/**
 * Declares a vitest suite with everything a memory does on one kind of database. Each case is a test of its own, so
 * `vitest -t` runs one of them by its name.
 */
export function describeMemoryStore({
  name,
  create,
  dialect = 'sqlite',
  hasFts = true,
}: MemoryStoreSuite): void {
  describe(`${name}: memory`, () => {
    let folder: string
    let driver: SqlDriver & { batches: number }

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'context-'))
      driver = counting(await create(join(folder, 'memory.db')))
    })

    afterEach(async () => {
      await driver.close()
      await rm(folder, { recursive: true, force: true })
    })

    const testCase: TestCase = (title, run) => {
      test(title, async () => {
        const clock = { now: Date.UTC(2026, 0, 31, 12) }
        const store = (options: MemoryOptions = {}) =>
          openMemory(driver, { now: () => clock.now, ...options })
        await run({ driver, store, clock })
      })
    }
    const everywhere = [factCases, recallCases, episodeCases, workingCases, graphCases, meaningCases]
    for (const cases of everywhere) cases(testCase)
    if (hasFts) wordCases(testCase)
    if (hasFts && dialect === 'sqlite') indexCases(testCase)
  })
}

function counting(driver: SqlDriver): SqlDriver & { batches: number } {
  const counted = {
    ...driver,
    batches: 0,
    batch: (...args: Parameters<SqlDriver['batch']>) => {
      counted.batches += 1
      return driver.batch(...args)
    },
  }
  return counted
}
