import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SqlDriver } from '../driver/sql-driver.ts'
import { statementsOf } from './dialects/statements-of.ts'
import { searchIndexCases } from './search-index-cases.ts'
import { sessionCases } from './session-cases.ts'
import { batchCases } from './sql/batch-cases.ts'
import { closeCases } from './sql/close-cases.ts'
import { readOnlyCases } from './sql/read-only-cases.ts'
import { refusalCases } from './sql/refusal-cases.ts'
import { resultCases } from './sql/result-cases.ts'
import type { SqlDriverCase, TestCase } from './sql-driver-case.ts'

/** A case that a driver cannot pass, and why. */
export interface Exemption {
  /** The exact name of the case. */
  readonly test: string
  readonly because: string
}

export interface SqlDriverSuite {
  readonly name: string
  /**
   * Makes a driver on an empty database. `location` is a path in a folder of its own, new for every case; a driver
   * made again with the same one opens the same database, if it outlives the driver at all. What the cases say to it
   * is in the kind of SQL that it gives as its `dialect`.
   */
  create(location: string): SqlDriver | Promise<SqlDriver>
  /** Called after each case with every driver that was made. Default: `driver.close()`. */
  destroy?(driver: SqlDriver): unknown
  /** Exempt cases are run as well: one that passes is a stale exemption, and fails. */
  readonly except?: readonly Exemption[]
}

/**
 * Declares a vitest suite with everything that the sessions need of a driver: what it must do with SQL, and what
 * sessions on it must do. Each case is a test of its own, so `vitest -t` runs one of them by its name.
 */
export function describeSqlDriver(suite: SqlDriverSuite): void {
  const { name, create, destroy = (driver: SqlDriver) => driver.close(), except = [] } = suite

  describe(`${name}: SqlDriver`, () => {
    let folder: string
    let drivers: SqlDriver[]

    async function open(): Promise<SqlDriver> {
      const driver = await create(join(folder, 'database.db'))
      drivers.push(driver)
      return driver
    }

    async function given(): Promise<SqlDriverCase> {
      const driver = await open()
      return { driver, sql: statementsOf(driver.dialect), again: open }
    }

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sql-driver-'))
      drivers = []
    })

    afterEach(async () => {
      for (const driver of drivers) await destroy(driver)
      await rm(folder, { recursive: true, force: true })
    })

    const names = new Set<string>()
    const testCase: TestCase = (title, run) => {
      names.add(title)
      const exemption = except.find((candidate) => candidate.test === title)
      if (!exemption) {
        test(title, async () => run(await given()))
        return
      }
      test(`is exempt from "${title}", because ${exemption.because}`, async () => {
        const failed = await run(await given()).then(
          () => false,
          () => true,
        )
        expect(failed, 'the exemption is stale: the case passes now').toBe(true)
      })
    }

    describe('SQL', () => {
      for (const cases of [resultCases, batchCases, refusalCases, readOnlyCases, closeCases]) cases(testCase)
    })
    describe('sessions', () => {
      for (const cases of [sessionCases, searchIndexCases]) cases(testCase)
    })

    test('has exemptions only from cases that exist', () => {
      const unknown = except.filter((exemption) => !names.has(exemption.test))
      expect(unknown).toEqual([])
    })
  })
}
