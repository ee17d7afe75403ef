import { StorageError } from '../driver/storage-error.ts'
import { checkId } from './check-id.ts'
import { type Guard, guard } from './guard.ts'
import type { SessionBatches } from './session-batches.ts'
import { toHex } from './to-hex.ts'

/** A change under an operation id. The digest of its content tells a repetition from a mistake. */
export class Operation {
  /** Remembers the id. Refuses its batch where the session has remembered it already. */
  readonly insert: Guard
  readonly #batches: SessionBatches
  readonly #session: string
  readonly #id: string
  readonly #digest: string

  private constructor(batches: SessionBatches, session: string, id: string, digest: string) {
    this.insert = guard(batches.statements.insertOperation({ session, operation: id, digest }))
    this.#batches = batches
    this.#session = session
    this.#id = id
    this.#digest = digest
  }

  /** Refuses an id that no engine would store as given. */
  static async of(
    batches: SessionBatches,
    session: string,
    operationId: string,
    content: unknown,
  ): Promise<Operation> {
    const id = checkId('operation id', operationId)
    return new Operation(batches, session, id, await sha256(JSON.stringify(content)))
  }

  /** Whether this change was made before. Rejects with `OPERATION_CONFLICT` where another one was, under its id. */
  async wasApplied(): Promise<boolean> {
    const read = this.#batches.statements.readOperation({ session: this.#session, operation: this.#id })
    const [result] = await this.#batches.runOn(this.#session, [read], { beside: 'operations' })
    const digest = result?.rows[0]?.[0]
    if (digest === undefined || digest === this.#digest) return digest !== undefined
    throw new StorageError(
      'OPERATION_CONFLICT',
      'This operation id was already used for another change. Use a new id for a new change.',
    )
  }
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return toHex(new Uint8Array(digest))
}
