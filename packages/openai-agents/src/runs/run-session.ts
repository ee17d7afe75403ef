import { type RunClaim, StorageError } from '@persql/session-core'
import type { AgentInputItem, Session } from '../agents-sdk.ts'
import type { HistoryMutations, HistoryTransaction } from '../history-changes.ts'
import { openSessionOf, type PerSQLSession } from '../persql-session.ts'
import { replaceFunctionCalls } from '../replace-function-calls.ts'
import type { Attempt } from './attempt.ts'

/** A change of the session, given the id of its operation. */
type Write = (operationId: string) => Promise<void>

/**
 * The session as one attempt at a run sees it: as it was when the run began, with what the run has added. What is
 * written waits until it is known that the run has come to an end or an interruption, and then carries the number of
 * the write in the run, so that it is applied once, however often the run is tried.
 */
export class RunSession implements Session {
  readonly #session: PerSQLSession
  readonly #attempt: Attempt
  readonly #prefix: string
  readonly #writes: Write[] = []
  #written = 0
  #items: Promise<AgentInputItem[]> | undefined

  constructor(session: PerSQLSession, attempt: Attempt, claim: RunClaim) {
    this.#session = session
    this.#attempt = attempt
    const { runId, restarts } = claim.run
    this.#prefix = restarts === 0 ? runId : `${runId}:restart ${restarts}`
  }

  getSessionId(): Promise<string> {
    return this.#session.getSessionId()
  }

  async getItems(limit?: number): Promise<AgentInputItem[]> {
    const items = await this.#read()
    const kept = limit === undefined ? items : items.slice(Math.max(0, items.length - Math.max(limit, 0)))
    return structuredClone(limit === 0 ? [] : kept)
  }

  async addItems(items: AgentInputItem[]): Promise<void> {
    if (items.length === 0) return
    await this.#append(items)
  }

  async popItem(): Promise<AgentInputItem | undefined> {
    const items = await this.#read()
    const last = items.at(-1)
    if (last) await this.#replaceSuffix([last], [])
    return last
  }

  async clearSession(): Promise<void> {
    await this.replaceHistoryWithCompaction([])
  }

  async replaceHistoryWithCompaction(given: AgentInputItem[]): Promise<void> {
    const replacement = structuredClone(given)
    this.#items = Promise.resolve(replacement)
    this.#writes.push(async (operationId) => {
      const expectedSuffix = await this.#session.getItems(Number.POSITIVE_INFINITY)
      const transaction = { type: 'replace_suffix', expectedSuffix, replacement } as const
      await this.#session.applyHistoryTransaction({ operationId, transaction })
    })
  }

  async applyHistoryMutations(given: HistoryMutations): Promise<void> {
    const args = structuredClone(given)
    const change = replaceFunctionCalls(args)
    this.#items = Promise.resolve(change(await this.#read()).flat())
    // Of itself the same when it is done again.
    this.#writes.push(() => this.#session.applyHistoryMutations(args))
  }

  async applyHistoryTransaction({ transaction }: HistoryTransaction): Promise<void> {
    if (transaction.type === 'append_items') await this.#append(transaction.items)
    else await this.#replaceSuffix(transaction.expectedSuffix, transaction.replacement)
  }

  /** Writes what waits. Of a run that was done before, everything is written. */
  async flush(isHeld: boolean): Promise<void> {
    for (const write of this.#writes.splice(0)) {
      this.#written += 1
      if (isHeld) await write(`${this.#prefix}:${this.#written}`)
    }
  }

  async #append(given: readonly AgentInputItem[]): Promise<void> {
    const items = structuredClone([...given])
    this.#items = Promise.resolve([...(await this.#read()), ...items])
    this.#writes.push((operationId) =>
      this.#session.applyHistoryTransaction({ operationId, transaction: { type: 'append_items', items } }),
    )
  }

  async #replaceSuffix(suffix: readonly AgentInputItem[], given: readonly AgentInputItem[]): Promise<void> {
    const expectedSuffix = structuredClone([...suffix])
    const replacement = structuredClone([...given])
    const items = await this.#read()
    this.#items = Promise.resolve([...items.slice(0, items.length - expectedSuffix.length), ...replacement])
    this.#writes.push((operationId) =>
      this.#session.applyHistoryTransaction({
        operationId,
        transaction: { type: 'replace_suffix', expectedSuffix, replacement },
      }),
    )
  }

  #read(): Promise<AgentInputItem[]> {
    this.#items ??= this.#readStored()
    return this.#items
  }

  async #readStored(): Promise<AgentInputItem[]> {
    const { items, lastRow } = await openSessionOf(this.#session).readThrough(this.#attempt.historyRow)
    this.#attempt.historyRow = lastRow
    return items
  }
}

/** The id of a session that a run can use. */
export function sessionIdOf(session: PerSQLSession | undefined): string | null {
  if (session === undefined) return null
  try {
    return openSessionOf(session).sessionId
  } catch {
    throw new StorageError(
      'INVALID_ARGUMENT',
      'The session of a run must be a PerSQLSession itself: of others, and of what is wrapped around one, nobody ' +
        'knows whether a write was applied.',
    )
  }
}
