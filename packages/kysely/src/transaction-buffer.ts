import { type SqlDriver, type SqlStatement, type SqlValue, StorageError } from '@persql/session-core'
import type { CompiledQuery } from 'kysely'

type RootNode = CompiledQuery['query']

interface Savepoint {
  readonly name: string
  readonly length: number
}

/** The statements of one open transaction, which are sent together when it commits. */
export class TransactionBuffer {
  readonly #statements: SqlStatement[] = []
  readonly #savepoints: Savepoint[] = []
  #isSending = false

  add({ sql, params = [] }: SqlStatement, node: RootNode): void {
    if (this.#isSending) {
      throw new StorageError(
        'INVALID_STATEMENT',
        'The transaction is being committed and takes no more statements. Await each one inside it.',
      )
    }
    refuseUnknowable(node)
    // The caller gets its answer now and may use the bytes again before they are sent.
    this.#statements.push({ sql, params: params.map(copyBytes) })
  }

  savepoint(name: string): void {
    this.#savepoints.push({ name, length: this.#statements.length })
  }

  /** The savepoint itself stays, those after it go. */
  rollbackTo(name: string): void {
    const index = this.#indexOf(name)
    this.#statements.length = this.#savepoints[index]!.length
    this.#savepoints.length = index + 1
  }

  release(name: string): void {
    this.#savepoints.length = this.#indexOf(name)
  }

  /** After a rejection the statements are still there: to be sent again, or to be forgotten. */
  async send(driver: SqlDriver): Promise<void> {
    const count = this.#statements.length
    const most = driver.limits?.statements ?? Number.POSITIVE_INFINITY
    if (count > most) {
      throw new StorageError(
        'TOO_LARGE',
        `The transaction has ${count} statements; the database takes ${most} at once. Insert several rows with one statement.`,
      )
    }
    this.#isSending = true
    try {
      await driver.batch(this.#statements)
    } finally {
      this.#isSending = false
    }
  }

  #indexOf(name: string): number {
    const index = this.#savepoints.findLastIndex((savepoint) => savepoint.name === name)
    if (index !== -1) return index
    throw new StorageError('INVALID_STATEMENT', `The transaction has no savepoint "${name}".`)
  }
}

function refuseUnknowable(node: RootNode) {
  const what = unknowable(node)
  if (!what) return
  throw new StorageError(
    'INVALID_STATEMENT',
    `${what} cannot run inside a transaction: its statements are sent together at the commit, so their rows are not ` +
      'known before. Read before the transaction, or pass all statements to driver.batch().',
  )
}

function unknowable(node: RootNode): string | undefined {
  if (node.kind === 'SelectQueryNode') return 'A select'
  if (node.kind === 'RawNode') return 'Raw SQL'
  if ('explain' in node && node.explain) return 'An explain'
  if ('returning' in node && node.returning) return 'A statement with returning'
  return undefined
}

function copyBytes(value: SqlValue): SqlValue {
  return value instanceof Uint8Array ? new Uint8Array(value) : value
}
