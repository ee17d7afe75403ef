import type { SqlDriver, SqlResult, SqlStatement } from '../driver/sql-driver.ts'
import { isStorageError, StorageError } from '../driver/storage-error.ts'
import { checkId, checkSessionId } from '../sessions/check-id.ts'
import { RunBatches } from './run-batches.ts'
import {
  claimOf,
  encodeValue,
  type Run,
  type RunApproval,
  type RunStep,
  toApproval,
  toRun,
  toStep,
} from './run-records.ts'
import type { RunStepKind } from './run-tables.ts'

export interface RunJournalOptions {
  /** False where somebody else makes the tables. Default: true. */
  readonly createTables?: boolean | undefined
  /** For how long a claim holds after its last write, in milliseconds. Default: 30,000. */
  readonly leaseMs?: number | undefined
}

export interface ClaimOptions {
  /** What the run begins with. Without it, the run has to exist. */
  readonly input?: unknown
  /** The session of the run; null for none. A run of another session is refused. */
  readonly sessionId?: string | null | undefined
  readonly agent?: string | undefined
  readonly owner?: string | undefined
  readonly codeVersion?: string | undefined
  readonly expiresAt?: Date | undefined
}

/** A step to record. */
export interface NewStep {
  readonly kind: RunStepKind
  /** What no other step of the run has. */
  readonly key: string
  readonly name?: string | undefined
  readonly agent?: string | undefined
  readonly digest?: string | undefined
  readonly value: unknown
  readonly startedAt: Date
}

export type PendingCall = Pick<RunApproval, 'callId' | 'tool' | 'arguments' | 'agent'>

/** How a claim ends. */
export type Outcome =
  | {
      readonly status: 'waiting'
      readonly pending: readonly PendingCall[]
      readonly lastAgent?: string | undefined
    }
  | { readonly status: 'done'; readonly output: unknown; readonly lastAgent?: string | undefined }
  | { readonly status: 'failed'; readonly error: { readonly name: string; readonly message: string } }

const STEPS_AT_ONCE = 1_000_000

/**
 * The journals of the runs of a database. A run is worked on by one process at a time, which has claimed it. Each write
 * is one atomic batch that carries the fence of its claim, and does nothing once another has claimed the run. Every
 * rejection is a `StorageError`.
 */
export class RunJournal {
  readonly #batches: RunBatches
  readonly leaseMs: number

  constructor(driver: SqlDriver, options: RunJournalOptions = {}) {
    const { leaseMs = 30_000 } = options
    if (!Number.isSafeInteger(leaseMs) || leaseMs < 1) {
      throw new StorageError(
        'INVALID_ARGUMENT',
        'leaseMs must be a whole number of milliseconds, at least 1.',
      )
    }
    this.#batches = new RunBatches(driver, options.createTables ?? true)
    this.leaseMs = leaseMs
  }

  /**
   * Claims a run, and makes it where it does not exist and `input` is given; one batch, which reads its journal too.
   * A run that is `done` is not claimed: its journal can only be read. Rejects with `RUN_CLAIMED` while another process
   * works on it, with `RUN_CANCELLED`, with `RUN_NOT_FOUND`, and with `RUN_CONFLICT` for a run that began in another
   * session or with another input.
   */
  async claim(runId: string, options: ClaimOptions = {}): Promise<RunClaim> {
    const run = checkId('run id', runId)
    const { sessionId, agent = null, owner = null, codeVersion = null, expiresAt } = options
    const session = typeof sessionId === 'string' ? checkSessionId(sessionId) : sessionId
    const input = options.input === undefined ? undefined : encodeInput(options.input)
    const holder = crypto.randomUUID()
    const now = Date.now()
    const { insertRun, claimRun, getRun, listApprovals, listSteps } = this.#batches.statements
    const claim = [
      getRun({ run }),
      ...(input === undefined
        ? []
        : [
            insertRun({
              run,
              session: session ?? null,
              agent,
              owner,
              version: codeVersion,
              input,
              now,
              expires: expiresAt?.getTime() ?? null,
            }),
          ]),
      claimRun({ run, session, input, holder, until: now + this.leaseMs, now }),
      getRun({ run }),
      listApprovals({ run }),
    ]
    const steps = listSteps({ run, after: 0, limit: STEPS_AT_ONCE })
    let found: SqlResult[]
    try {
      found = await this.#batches.write([...claim, steps])
    } catch (error) {
      if (!isStorageError(error, 'TOO_LARGE')) throw error
      found = [...(await this.#batches.write(claim)), { columns: [], rows: await this.#stepsInParts(run) }]
    }
    const before = found[0]?.rows[0]
    const [runs, approvals, stepRows] = found.slice(-3)
    const row = runs?.rows[0]
    if (!row) throw notFound(run)
    const claimed = claimOf(row)
    const hold = { run, fence: claimed.fence, isHeld: claimed.holder === holder, before }
    if (!hold.isHeld) refuseClaim(row, session, input, now)
    try {
      return new RunClaim(this.#batches, this.leaseMs, hold, {
        run: toRun(row, now),
        approvals: (approvals?.rows ?? []).map(toApproval),
        steps: (stepRows?.rows ?? []).map((step) => toStep(run, step)),
      })
    } catch (error) {
      // The journal cannot be read: nobody can go on with it, which the run shows.
      if (hold.isHeld && isStorageError(error)) {
        const outcome = { status: 'failed', error } as const
        await new RunClaim(this.#batches, this.leaseMs, hold).end(outcome)
      }
      throw error
    }
  }

  /** For an engine that refuses so large an answer. */
  async #stepsInParts(run: string): Promise<SqlResult['rows']> {
    const rows: SqlResult['rows'][number][] = []
    for (let limit = 64; ; ) {
      const after = Number(rows.at(-1)?.[0] ?? 0)
      try {
        const { listSteps } = this.#batches.statements
        const [part] = await this.#batches.read([listSteps({ run, after, limit })])
        rows.push(...(part?.rows ?? []))
        if ((part?.rows.length ?? 0) < limit) return rows
      } catch (error) {
        if (!isStorageError(error, 'TOO_LARGE') || limit === 1) throw error
        limit = Math.ceil(limit / 4)
      }
    }
  }
}

function encodeInput(input: unknown): string {
  try {
    return encodeValue(input)
  } catch (error) {
    if (!isStorageError(error, 'INVALID_ITEM')) throw error
    throw new StorageError('INVALID_ARGUMENT', `The input of the run cannot be stored. ${error.message}`)
  }
}

function notFound(run: string): StorageError {
  return new StorageError('RUN_NOT_FOUND', `There is no run "${run}". Give an input to begin it.`)
}

/** Throws why the run was not claimed, unless it is done. */
function refuseClaim(
  row: SqlResult['rows'][number],
  session: string | null | undefined,
  input: string | undefined,
  now: number,
) {
  const [runId, status, ofSession, , , , , ofInput] = row
  const leaseUntil = Number(row[14])
  if ((session !== undefined && session !== ofSession) || (input !== undefined && input !== ofInput)) {
    const what = session !== undefined && session !== ofSession ? 'in another session' : 'with another input'
    throw new StorageError(
      'RUN_CONFLICT',
      `The run "${runId}" began ${what}. Use a new run id for a new run, or leave the input out to go on.`,
    )
  }
  if (status === 'done') return
  if (status === 'cancelled') {
    throw new StorageError('RUN_CANCELLED', `The run "${runId}" was cancelled. Begin another one.`)
  }
  throw new StorageError(
    'RUN_CLAIMED',
    `Another process works on the run "${runId}". ` +
      `Where it has died, the run is free in ${Math.max(0, leaseUntil - now)} ms at the latest.`,
  )
}

interface Hold {
  readonly run: string
  readonly fence: number
  readonly isHeld: boolean
  /** The run before it was claimed, if there was one. */
  readonly before: SqlResult['rows'][number] | undefined
}

interface Journal {
  readonly run: Run
  readonly steps: readonly RunStep[]
  readonly approvals: readonly RunApproval[]
}

/**
 * A run that this process has claimed, with what its journal held at that moment. Every write is one batch that
 * prolongs the claim; it rejects with `CLAIM_LOST` where another process has taken over, with `RUN_CANCELLED`, and with
 * `RUN_NOT_FOUND` where the run was deleted, and has then changed nothing.
 */
export class RunClaim {
  readonly #batches: RunBatches
  readonly #leaseMs: number
  readonly #hold: Hold
  #journal: Journal | undefined
  #lastStep: number

  constructor(batches: RunBatches, leaseMs: number, hold: Hold, journal?: Journal) {
    this.#batches = batches
    this.#leaseMs = leaseMs
    this.#hold = hold
    this.#journal = journal
    this.#lastStep = journal?.steps.at(-1)?.step ?? 0
  }

  /** False for a run that was done already: then nothing can be written. */
  get isHeld(): boolean {
    return this.#hold.isHeld
  }

  get run(): Run {
    return this.#read().run
  }

  /** In the order in which they were recorded. */
  get steps(): readonly RunStep[] {
    return this.#read().steps
  }

  /** In the order in which they were asked for. */
  get approvals(): readonly RunApproval[] {
    return this.#read().approvals
  }

  #read(): Journal {
    if (!this.#journal) throw new StorageError('RUN_UNREADABLE', 'The journal could not be read.')
    return this.#journal
  }

  /** Records a step, and where it is given the row at which the history ends that the run has read. */
  async record(step: NewStep, historyRow?: number): Promise<void> {
    const { setHistoryRow } = this.#batches.statements
    const { run, fence } = this.#hold
    const now = Date.now()
    await this.#write([
      this.#insert(step, now),
      ...(historyRow === undefined ? [] : [setHistoryRow({ run, fence, now, row: historyRow })]),
    ])
  }

  /** Records that the run goes on with the decisions on these calls. */
  async apply(step: NewStep, callIds: readonly string[]): Promise<void> {
    const { applyDecision } = this.#batches.statements
    const { run } = this.#hold
    const now = Date.now()
    await this.#write([this.#insert(step, now), ...callIds.map((call) => applyDecision({ run, call, now }))])
  }

  #insert({ key, kind, name, agent, digest, value, startedAt }: NewStep, now: number): SqlStatement {
    return this.#batches.statements.insertStep({
      run: this.#hold.run,
      key,
      step: ++this.#lastStep,
      kind,
      name: name ?? null,
      agent: agent ?? null,
      digest: digest ?? null,
      data: encodeValue(value),
      started: startedAt.getTime(),
      ended: now,
      fence: this.#hold.fence,
    })
  }

  /** Prolongs the claim. */
  async renew(): Promise<void> {
    await this.#write([])
  }

  /** Forgets the steps from one on. */
  async forget(first: number): Promise<void> {
    await this.#write([this.#batches.statements.deleteStepsFrom({ run: this.#hold.run, first })])
  }

  /** Forgets all steps and decisions, so that the run begins anew; of that its session learns nothing. */
  async restart(codeVersion?: string): Promise<void> {
    const { deleteStepsFrom, deleteApprovals, restart } = this.#batches.statements
    const { run, fence } = this.#hold
    await this.#write([
      deleteStepsFrom({ run, first: 0 }),
      deleteApprovals({ run }),
      restart({ run, fence, now: Date.now(), version: codeVersion ?? null }),
    ])
    const { run: before } = this.#read()
    this.#journal = { run: { ...before, restarts: before.restarts + 1 }, steps: [], approvals: [] }
  }

  /** Gives the claim back: the run has the status that it had before, and anybody may go on with it at once. */
  async release(): Promise<void> {
    const { run, fence, before } = this.#hold
    const [, status = 'running', , , , , , , , errorName = null, errorMessage = null] = before ?? []
    const { endClaim } = this.#batches.statements
    const now = Date.now()
    await this.#write([
      endClaim({
        run,
        fence,
        now,
        status: String(status),
        output: null,
        last: null,
        errorName: errorName as string | null,
        errorMessage: errorMessage as string | null,
      }),
    ])
  }

  /** Ends the claim. */
  async end(outcome: Outcome): Promise<void> {
    const { askApproval, endClaim } = this.#batches.statements
    const { run, fence } = this.#hold
    const now = Date.now()
    const asked = outcome.status === 'waiting' ? outcome.pending : []
    await this.#write([
      ...asked.map(({ callId, tool, arguments: args, agent }) =>
        askApproval({ run, call: callId, tool, arguments: args, agent, now }),
      ),
      endClaim({
        run,
        fence,
        now,
        status: outcome.status,
        output: outcome.status === 'done' ? encodeOutput(outcome.output) : null,
        last: ('lastAgent' in outcome && outcome.lastAgent) || null,
        errorName: outcome.status === 'failed' ? outcome.error.name : null,
        errorMessage: outcome.status === 'failed' ? outcome.error.message : null,
      }),
    ])
  }

  async #write(statements: readonly SqlStatement[]): Promise<void> {
    try {
      await this.#batches.writeHeld(this.#hold, Date.now() + this.#leaseMs, statements)
    } catch (error) {
      throw isStorageError(error, 'CLAIM_LOST') ? await this.#whyLost(error) : error
    }
  }

  async #whyLost({ cause }: StorageError): Promise<StorageError> {
    const { run } = this.#hold
    const [found] = await this.#batches.read([this.#batches.statements.getRun({ run })])
    const row = found?.rows[0]
    if (!row)
      return new StorageError('RUN_NOT_FOUND', `The run "${run}" was deleted while it ran.`, { cause })
    if (row[1] === 'cancelled') {
      return new StorageError('RUN_CANCELLED', `The run "${run}" was cancelled while it ran.`, { cause })
    }
    return new StorageError(
      'CLAIM_LOST',
      `Another process has taken over the run "${run}", because this one did not renew its claim in time. ` +
        'Nothing was written. Its result comes from the other process.',
      { cause },
    )
  }
}

/** The output for people who look at the run; the result itself comes from the journal. */
function encodeOutput(output: unknown): string | null {
  try {
    return encodeValue(output)
  } catch {
    return null
  }
}
