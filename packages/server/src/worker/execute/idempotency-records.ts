import { hash } from 'node:crypto'
import type { Connection } from '../connection/connection.ts'
import type { Reply } from '../wire/job.ts'
import { SqlFailure } from '../wire/sql-failure.ts'
import { createRecords, RECORDS } from './records-table.ts'

const EXISTS = `select 1 from sqlite_schema where name = '${RECORDS}'`
const FIND = `select request, status, reply from ${RECORDS} where key = ? and created_at > ?`
const REPLACE = `insert or replace into ${RECORDS} (key, request, created_at, status, reply) values (?, ?, ?, ?, ?)`
/** How many new records there are before old ones are looked for: twice as many, so that they get fewer. */
const FORGET_EVERY = 16
/** In the order of their making, so that none is searched for. */
const FORGET = `delete from ${RECORDS}
  where id in (select id from ${RECORDS} order by id limit ${2 * FORGET_EVERY}) and created_at <= ?`
const DIGEST_BYTES = 32

/** One call under a key. Its record is kept in the database itself, in the transaction of the call's effect. */
export class IdempotencyRecord {
  readonly #connection: Connection
  readonly #key: string
  readonly #operation: string
  readonly #body: Buffer
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
    this.#operation = operation
    this.#body = body
    this.#request = Buffer.concat([Buffer.from(operation), hash('sha256', body, 'buffer')])
    this.#now = now
    this.#ttlMs = ttlMs
  }

  /** The answer to an earlier call with this key. Throws where that call had another body. */
  find(): Reply | undefined {
    const connection = this.#connection
    if (connection.hasFormerRecords) {
      throw SqlFailure.of(
        507,
        'disk_full',
        'There is no room to bring the idempotency keys of this database to the layout of this server.',
      )
    }
    return connection.withoutPolicy(() => {
      connection.hasRecords ||= connection.prepareForServer(EXISTS).get() !== undefined
      if (!connection.hasRecords) return
      const row = connection.prepareForServer(FIND).get(this.#key, this.#now - this.#ttlMs)
      if (!row) return
      const [request, status, body] = row as unknown as [Uint8Array, number, string]
      if (!this.#isOf(request)) {
        throw new SqlFailure(409, 'This idempotency key was used for a request with another body.')
      }
      return { head: { status, rowsRead: 0, rowsWritten: 0, isReplay: true }, body }
    })
  }

  /** Within the transaction of the effect. */
  store({ head, body }: Reply): void {
    const connection = this.#connection
    connection.withoutPolicy(() => {
      if (!connection.hasRecords) createRecords(connection)
      const { lastInsertRowid } = connection
        .prepareForServer(REPLACE)
        .run(this.#key, this.#request, this.#now, head.status, body)
      if (Number(lastInsertRowid) % FORGET_EVERY === 0)
        connection.prepareForServer(FORGET).run(this.#now - this.#ttlMs)
    })
  }

  #isOf(request: Uint8Array): boolean {
    if (request.length !== DIGEST_BYTES) return this.#request.compare(request) === 0
    // The first records were of the operation and the body in one digest.
    const first = Buffer.concat([Buffer.from(`${this.#operation}\0`), this.#body])
    return hash('sha256', first, 'buffer').compare(request) === 0
  }
}
