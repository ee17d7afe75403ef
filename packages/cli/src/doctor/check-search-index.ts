import { countUnindexed } from '@persql/session-core'
import type { Database } from '../database.ts'
import { count } from '../terminal/format.ts'
import { type Finding, ok } from './finding.ts'

/** More rows than these, read by each search, are felt. */
const MANY = 10_000

/** Whether there is an index for searches over all sessions, and how far it is behind. */
export async function checkSearchIndex({ driver, option, tables }: Database): Promise<Finding[]> {
  const check = 'search index'
  const unindexed = await countUnindexed(driver, tables)
  const mend = `persql sessions index${option}`
  if (unindexed === undefined) {
    return driver.dialect === 'sqlite'
      ? [{ ...ok(check, 'none: a search for a rare word reads all items'), mend }]
      : []
  }
  if (unindexed === 0) return [ok(check, 'has all items')]
  const message = `${count(unindexed, 'item')} behind, which each search reads`
  return [unindexed > MANY ? { check, status: 'warning', message, mend } : ok(check, message)]
}
