import { hash } from 'node:crypto'
import type { Connection } from './connection.ts'
import type { Reply } from './job.ts'
import { SqlFailure } from './sql-failure.ts'

/** The table of records. */
export const RECORDS = '_persql_idempotency'

const COLUMNS = `(
  id integer primary key,
  key text not null unique,
  request blob not null,
  created_at integer not null,
  status integer not null,
  reply text not null
)`
/** As it stands in the schema. A table that was renamed to this name has it in quotes. */
export const RECORDS_SQL = `CREATE TABLE ${RECORDS} ${COLUMNS}`

const CREATE = `create table if not exists ${RECORDS} ${COLUMNS}`
const EXISTS = `select 1 from sqlite_schema where name = '${RECORDS}'`
const FIND = `select request, status, reply from ${RECORDS} where key = ? and created_at > ?`
const REPLACE = `insert or replace into ${RECORDS} (key, request, created_at, status, reply) values (?, ?, ?, ?, ?)`
/** How many new records there are before old ones are looked for: twice as many, so that they get fewer. */
const FORGET_EVERY = 16
/** In the order of their making, so that none is searched for. */
const FORGET = `delete from ${RECORDS}
  where id in (select id from ${RECORDS} order by id limit ${2 * FORGET_EVERY}) and created_at <= ?`

/** One call under a key. Its record is kept in the database itself, in the transaction of the call's effect. */
export class IdempotencyRecord {
  readonly #connection: Connection
  readonly #key: string
  readonly #request: Buffer
  readonly #now: number
  readonly #ttlMs: number

  constructor(
    connection: Connection,
    key: string,
    operation: string,
    body: Buffer,
    now: number,
    ttlMs: number,
  ) {
    this.#connection = connection
    this.#key = key
    this.#request = Buffer.concat([Buffer.from(operation), hash('sha256', body, 'buffer')])
    this.#now = now
    this.#ttlMs = ttlMs
  }

  /** The answer to an earlier call with this key. Throws where that call had another body. */
  find(): Reply | undefined {
    const connection = this.#connection
    return connection.runOwn(() => {
      connection.hasRecords ||= connection.own(EXISTS).get() !== undefined
      if (!connection.hasRecords) return
      const row = connection.own(FIND).get(this.#key, this.#now - this.#ttlMs)
      if (!row) return
      const [request, status, body] = row as unknown as [Uint8Array, number, string]
      if (this.#request.compare(request) !== 0) {
        throw new SqlFailure(409, 'This idempotency key was used for a request with another body.')
      }
      return { head: { status, rowsRead: 0, rowsWritten: 0, isReplay: true }, body }
    })
  }

  /** Within the transaction of the effect. */
  store({ head, body }: Reply): void {
    const connection = this.#connection
    connection.runOwn(() => {
      if (!connection.hasRecords) connection.database.exec(CREATE)
      const { lastInsertRowid } = connection
        .own(REPLACE)
        .run(this.#key, this.#request, this.#now, head.status, body)
      if (Number(lastInsertRowid) % FORGET_EVERY === 0) connection.own(FORGET).run(this.#now - this.#ttlMs)
    })
  }
}
