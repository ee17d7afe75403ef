import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SqlDriver } from '../driver/sql-driver.ts'
import { sqlDriverCases } from './sql-driver-cases.ts'

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
   * made again with the same one opens the same database, if it outlives the driver at all.
   */
  create(location: string): SqlDriver | Promise<SqlDriver>
  /** Called after each case with every driver that was made. Default: `driver.close()`. */
  destroy?(driver: SqlDriver): unknown
  /** Exempt cases are run as well: one that passes is a stale exemption, and fails. */
  readonly except?: readonly Exemption[]
}

/** Declares a vitest suite with everything the session store needs of a driver. */
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

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sql-driver-'))
      drivers = []
    })

    afterEach(async () => {
      for (const driver of drivers) await destroy(driver)
      await rm(folder, { recursive: true, force: true })
    })

    for (const [title, run] of Object.entries(sqlDriverCases)) {
      const exemption = except.find((candidate) => candidate.test === title)
      if (!exemption) {
        test(title, async () => run({ driver: await open(), again: open }))
        continue
      }
      test(`is exempt from "${title}", because ${exemption.because}`, async () => {
        const driver = await open()
        const failed = await run({ driver, again: open }).then(
          () => false,
          () => true,
        )
        expect(failed, 'the exemption is stale: the case passes now').toBe(true)
      })
    }

    test('has exemptions only from cases that exist', () => {
      const unknown = except.filter((exemption) => !(exemption.test in sqlDriverCases))
      expect(unknown).toEqual([])
    })
  })
}
