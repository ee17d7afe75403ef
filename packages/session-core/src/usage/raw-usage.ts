import type { SqlDriver } from '../driver/sql-driver.ts'
import { isStorageError } from '../driver/storage-error.ts'
import { SessionBatches } from '../sessions/session-batches.ts'
import type { UsageLogOptions } from './usage-log.ts'
import {
  RAW_USAGE_COLUMNS,
  type RawUsageRow,
  type UsageStatements,
  usageStatements,
} from './usage-statements.ts'

/** A server may take no more than a hundred statements in one batch, and some of them make the tables. */
const ROWS = 50

/** What the sessions of a database used, as it is stored, for copies. Every rejection is a `StorageError`. */
export class RawUsage {
  readonly #batches: SessionBatches
  readonly #statements: UsageStatements

  constructor(driver: SqlDriver, options: UsageLogOptions = {}) {
    this.#batches = new SessionBatches(driver, options)
    this.#statements = usageStatements(this.#batches.dialect, this.#batches.names)
  }

  /**
   * Gives the rows of one session, or of all, in pages of up to 50, in the order of session ids and request ids; nothing
   * where there is no table. A batch for each page.
   */
  async *read(sessionId?: string): AsyncGenerator<readonly RawUsageRow[]> {
    let last: RawUsageRow | undefined
    for (;;) {
      const after = { afterSession: last?.session_id ?? '', after: last?.request_id ?? '' }
      const statement = this.#statements.readRaw({ session: sessionId ?? null, ...after, limit: ROWS })
      const [result] = await this.#batches.driver
        .batch([statement], { readOnly: true })
        .catch((error: unknown) => {
          if (isStorageError(error, 'NO_SUCH_TABLE')) return []
          throw error
        })
      const rows = (result?.rows ?? []).map(
        (cells) =>
          Object.fromEntries(RAW_USAGE_COLUMNS.map((column, index) => [column, cells[index]])) as RawUsageRow,
      )
      last = rows.at(-1)
      if (!last) return
      yield rows
    }
  }

  /**
   * Writes up to 50 rows in one batch, and resolves with how many had to be. Of one that is there, only `last_row` is put
   * right, which the session may have got since.
   */
  async write(rows: readonly RawUsageRow[]): Promise<number> {
    if (rows.length === 0) return 0
    const sessions = [...new Set(rows.map(({ session_id }) => session_id))]
    const results = await this.#batches.run(
      rows.map((row) => this.#statements.writeRaw(row)),
      { sessions, beside: 'usage' },
    )
    return results.filter((result) => result.rows.length > 0).length
  }
}
