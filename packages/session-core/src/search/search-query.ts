import { type RawBuilder, sql } from 'kysely'
import type { SearchIndex, SessionDialect } from '../dialects/session-dialect.ts'
import { toStatement } from '../dialects/statement-builder.ts'
import type { SqlStatement } from '../driver/sql-driver.ts'
import { StorageError } from '../driver/storage-error.ts'
import type { SessionBatches } from '../sessions/session-batches.ts'
import type { ResolvedTableNames } from '../sessions/session-tables.ts'
import { gramsOf } from './item-grams.ts'

/** Which rows are searched: the newest ones, the others by the index, or all without it. */
export type SearchScope = 'recent' | 'indexed' | 'all'

/** So many of the newest rows are looked at without the index: a word that is often said is among them. */
export const RECENT_ROWS = 2000
/** So many grams of each text tell rows apart, and so many of all texts do. */
const MAX_GRAMS = { ofText: 16, ofAll: 64 }

/** The statements of one search. */
export class SearchQuery {
  /** Whether an index could help, if there is one. */
  readonly canUseIndex: boolean
  readonly #dialect: SessionDialect
  readonly #names: ResolvedTableNames
  readonly #matches: RawBuilder<boolean>
  readonly #grams: readonly number[]
  readonly #index: SearchIndex | undefined

  /** For texts in their normal form, in one session or in all. */
  constructor({ driver, dialect, names }: SessionBatches, wanted: readonly string[], session?: string) {
    const { mayHold } = dialect
    if (!mayHold) {
      throw new StorageError(
        'INVALID_ARGUMENT',
        `Sessions cannot be searched in a database of dialect "${dialect.name}".`,
      )
    }
    const conditions = wanted.map((one) => mayHold('m.message_data', one, driver.limits?.patternBytes))
    if (session !== undefined) conditions.unshift(sql`m.session_id = ${session}`)
    this.#dialect = dialect
    this.#names = names
    this.#matches = sql.join(conditions, sql` and `)
    this.#grams = wanted
      .flatMap((one) => gramsOf([one])?.slice(0, MAX_GRAMS.ofText) ?? [])
      .slice(0, MAX_GRAMS.ofAll)
    this.#index = session === undefined ? dialect.searchIndex?.(names) : undefined
    this.canUseIndex = this.#index !== undefined && this.#grams.length > 0
  }

  /**
   * The first statement gives up to `limit` rows before one, newest first. But for `all`, the second one gives a row
   * where the index is there; for `recent`, the third one gives the oldest row that may be among the newest ones.
   */
  statements(scope: SearchScope, limit: number, before: number | undefined): readonly SqlStatement[] {
    const messages = sql.table(this.#names.messages)
    const items = sql`${messages} as m`
    const [row, index] = [sql<number>`m.id`, this.#index]
    const rows = (from: RawBuilder<unknown>, id: RawBuilder<number>, condition: RawBuilder<unknown>) =>
      sql`select m.id, m.session_id, ${this.#time()}, m.message_data from ${from}
        where ${condition} and ${this.#isBefore(id, before)} and ${this.#matches}
        order by ${id} desc limit ${limit}`
    if (!index || scope === 'all') return [this.#compile(rows(items, row, sql`true`))]

    if (scope === 'recent') {
      const oldest = sql`(select max(id) - ${sql.lit(RECENT_ROWS - 1)} from ${messages}
        where ${this.#isBefore(sql`id`, before)})`
      return [
        this.#compile(rows(items, row, sql`m.id >= ${oldest}`)),
        index.isPresent,
        this.#compile(sql`select ${oldest}`),
      ]
    }
    const notes = sql`${sql.table(this.#names.unindexed)} as noted`
    const { from, where, row: indexed } = index.having(this.#grams)
    const isIndexed = sql`${where} and not exists (select 1 from ${notes} where noted.row = ${indexed})`
    const noted = sql<number>`noted.row`
    return [
      this.#compile(sql`select * from (${rows(sql`${from} ${index.joinItem(indexed)}`, indexed, isIndexed)}) as by_index
        union all select * from (${rows(sql`${notes} ${index.joinItem(noted)}`, noted, sql`true`)}) as by_note
        order by id desc limit ${limit}`),
      index.isWhole,
    ]
  }

  #isBefore(row: RawBuilder<unknown>, before: number | undefined): RawBuilder<boolean> {
    return before === undefined ? sql`true` : sql`${row} < ${this.#dialect.typed(before, 'integer')}`
  }

  #time(): RawBuilder<unknown> {
    const { timeText } = this.#dialect
    return timeText ? sql`${timeText('m.created_at')} as created_at` : sql`m.created_at`
  }

  #compile(query: RawBuilder<unknown>): SqlStatement {
    return toStatement(query, this.#dialect.builder())
  }
}
