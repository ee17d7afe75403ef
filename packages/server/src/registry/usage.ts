import type { DatabaseSync } from 'node:sqlite'
import { costUsd, type UsageQuery, type UsageRow } from '@persql/sdk/protocol'
import { isDiskFull } from '../disk-full.ts'
import { transact } from './open-registry.ts'
import { Statements } from './statements.ts'

export interface Call {
  readonly databaseId: string
  readonly tokenId: string
  readonly rowsRead: number
  readonly rowsWritten: number
}

interface Counts {
  requests: number
  rowsRead: number
  rowsWritten: number
}

const DAY_MS = 86_400_000
const ADD = `insert into usage (day, database_id, token_id, requests, rows_read, rows_written)
  values (?, ?, ?, ?, ?, ?) on conflict do update set requests = requests + excluded.requests,
  rows_read = rows_read + excluded.rows_read, rows_written = rows_written + excluded.rows_written`
const MEASURE = `insert into storage (day, database_id, bytes) values (?, ?, ?)
  on conflict do update set bytes = excluded.bytes`
const SELECT = `select u.*, d.slug, (select bytes from storage s where s.database_id = u.database_id
  and s.day <= u.day order by s.day desc limit 1) as bytes
  from usage u join databases d on d.id = u.database_id
  where d.namespace_id = ?1 and u.day between ?2 and ?3
  and (?4 is null or d.slug = ?4) and (?5 is null or u.token_id = ?5)
  order by u.day, d.slug, u.token_id`

/** Counts calls by day, database and token: in memory first, so that a crash may lose the latest few seconds. */
export class Usage {
  readonly #database: DatabaseSync
  readonly #statements: Statements
  readonly #now: () => number
  #pending = new Map<string, Counts>()

  constructor(database: DatabaseSync, now: () => number) {
    this.#database = database
    this.#statements = new Statements(database)
    this.#now = now
  }

  add({ databaseId, tokenId, rowsRead, rowsWritten }: Call): void {
    const key = `${dayOf(this.#now())} ${databaseId} ${tokenId}`
    const counts = this.#pending.get(key)
    if (!counts) {
      this.#pending.set(key, { requests: 1, rowsRead, rowsWritten })
      return
    }
    counts.requests += 1
    counts.rowsRead += rowsRead
    counts.rowsWritten += rowsWritten
  }

  flush(): void {
    if (this.#pending.size === 0) return
    const pending = this.#pending
    transact(this.#database, () => {
      for (const [key, { requests, rowsRead, rowsWritten }] of pending) {
        const [day, databaseId, tokenId] = key.split(' ') as [string, string, string]
        this.#statements.run(ADD, day, databaseId, tokenId, requests, rowsRead, rowsWritten)
      }
    })
    this.#pending = new Map()
  }

  /** Takes down how large databases are today. */
  measured(bytes: ReadonlyMap<string, number>): void {
    const day = dayOf(this.#now())
    transact(this.#database, () => {
      for (const [databaseId, size] of bytes) this.#statements.run(MEASURE, day, databaseId, size)
    })
  }

  list(
    namespaceId: string,
    { from = '0000-01-01', to = '9999-12-31', database, token }: UsageQuery,
  ): UsageRow[] {
    try {
      this.flush()
    } catch (error) {
      // Then the latest counts are told once there is room for them.
      if (!isDiskFull(error)) throw error
    }
    const filter = { '?1': namespaceId, '?2': from, '?3': to, '?4': database ?? null, '?5': token ?? null }
    return this.#statements.query<Row>(SELECT, filter).map((row) => {
      const counts = { requests: row.requests, rowsRead: row.rows_read, rowsWritten: row.rows_written }
      return {
        day: row.day,
        database: row.slug,
        token: row.token_id,
        ...counts,
        bytesStored: row.bytes ?? 0,
        costUsd: costUsd(counts),
      }
    })
  }
}

interface Row {
  readonly day: string
  readonly slug: string
  readonly token_id: string
  readonly requests: number
  readonly rows_read: number
  readonly rows_written: number
  readonly bytes: number | null
}

let latest = { number: Number.NaN, day: '' }

function dayOf(time: number): string {
  const number = Math.floor(time / DAY_MS)
  if (number !== latest.number) latest = { number, day: new Date(time).toISOString().slice(0, 10) }
  return latest.day
}
