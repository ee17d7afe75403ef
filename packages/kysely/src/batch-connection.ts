import { type SqlDriver, type SqlResult, type SqlValue, StorageError } from '@persql/session-core'
import { type CompiledQuery, type DatabaseConnection, type QueryResult, SelectQueryNode } from 'kysely'
import { TransactionBuffer } from './transaction-buffer.ts'

/** Runs each statement as a batch of its own, or collects it while a transaction is open. */
export class BatchConnection implements DatabaseConnection {
  readonly #driver: SqlDriver
  #transaction: TransactionBuffer | undefined

  constructor(driver: SqlDriver) {
    this.#driver = driver
  }

  get transaction(): TransactionBuffer {
    if (this.#transaction) return this.#transaction
    throw new StorageError('INVALID_STATEMENT', 'No transaction is open.')
  }

  begin(): void {
    this.#transaction = new TransactionBuffer()
  }

  async commit(): Promise<void> {
    await this.transaction.send(this.#driver)
    this.#transaction = undefined
  }

  rollback(): void {
    this.#transaction = undefined
  }

  async executeQuery<Row>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<Row>> {
    const params = this.#driver.dialect === 'postgres' ? parameters.map(booleanAsText) : parameters
    const statement = { sql, params: params as readonly SqlValue[] }
    if (this.#transaction) {
      this.#transaction.add(statement, query)
      return { rows: [] }
    }
    const [result] = await this.#driver.batch([statement], { readOnly: SelectQueryNode.is(query) })
    return toQueryResult<Row>(result!)
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query)
  }
}

/** PostgreSQL reads a text as what it stands for; drivers take no booleans. */
function booleanAsText(param: unknown): unknown {
  return typeof param === 'boolean' ? String(param) : param
}

function toQueryResult<Row>({ columns, rows, changes, lastInsertRowid }: SqlResult): QueryResult<Row> {
  return {
    // Of columns with the same name the last one stays, as with Kysely's own SQLite dialect.
    rows: rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])) as Row),
    ...(changes === undefined ? {} : { numAffectedRows: BigInt(changes) }),
    ...(lastInsertRowid === undefined ? {} : { insertId: BigInt(lastInsertRowid) }),
  }
}
