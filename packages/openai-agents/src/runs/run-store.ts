import {
  type DatabaseHandle,
  type Decision,
  isStorageError,
  type PendingCall,
  type Run,
  type RunApproval,
  RunCatalog,
  type RunClaim,
  RunJournal,
  type RunJournalOptions,
  type RunListOptions,
  type RunPage,
  type RunStep,
  type SqlDriver,
  StorageError,
  toSqlDriver,
} from '@persql/session-core'
import {
  type AgentInputItem,
  type AgentsSdk,
  type AnyAgent,
  loadAgentsSdk,
  type NonStreamRunOptions,
  type RunConfig,
  type RunResult,
  type StreamedRunResult,
  type StreamRunOptions,
} from '../agents-sdk.ts'
import { openSessionOf, PerSQLSession } from '../persql-session.ts'
import { type AppliedDecision, Attempt } from './attempt.ts'
import { instrumentAgents, instrumentModel } from './instrument.ts'
import { RunSession, sessionIdOf } from './run-session.ts'
import { whenFinished } from './when-finished.ts'

/** The agents that runs may begin with or be handed to, by their names or as a list. */
export type AgentRegistry = readonly AnyAgent[] | Readonly<Record<string, AnyAgent>>

export interface RunStoreOptions extends RunJournalOptions {
  /** The agents of the application, so that a run can go on without being given its agent. */
  readonly agents?: AgentRegistry | undefined
  /** The module of the Agents SDK, for a program that has several copies of it. Default: `@openai/agents`, or its core. */
  readonly sdk?: AgentsSdk | undefined
}

/** What is special to a run that survives. */
export interface DurableOptions {
  /** Names the run: the same id again goes on with it. */
  readonly runId: string
  readonly session?: PerSQLSession | undefined
  /** Who the run belongs to, to list runs by. */
  readonly owner?: string | undefined
  /** From when on `prune` removes the run, whatever its status. */
  readonly expiresAt?: Date | undefined
  /** Names the code. A run that began under another one is taken for diverged. */
  readonly codeVersion?: string | undefined
  /**
   * What becomes of a run whose journal no longer fits the code. `continue` keeps what fits and goes on from there;
   * `restart` begins anew, tools that were called included, and not for a run that is streamed. Default: it rejects with
   * `RUN_DIVERGED`, and the run stays as it was.
   */
  readonly onDivergence?: 'restart' | 'continue' | undefined
}

type Given<Options> = Omit<Options, 'session'> & DurableOptions & Partial<RunConfig>

/** As for `run` of the Agents SDK, with the options of its `Runner`, and those of {@link DurableOptions}. */
export type DurableRunOptions<Context = undefined> = Given<NonStreamRunOptions<Context>>
export type StreamedDurableRunOptions<Context = undefined> = Given<StreamRunOptions<Context>>

export interface WorkOptions {
  /** How many runs at once. Default: 1. */
  readonly concurrency?: number | undefined
  /** Ends the work, once the runs that are under way have come to their next step. */
  readonly signal?: AbortSignal | undefined
  /** How long to wait before looking again where there was nothing to do, in milliseconds. Default: 1,000. */
  readonly pollMs?: number | undefined
  /** More options for a run that goes on, such as its context or its session. */
  readonly optionsFor?: ((run: Run) => Partial<DurableRunOptions<unknown>>) | undefined
  /** Told of each run that failed. Default: nobody; the run itself keeps the error. */
  readonly onError?: ((run: Run, error: unknown) => void) | undefined
}

type Input = string | AgentInputItem[]

/**
 * Runs of agents that survive their process. Each model response and each tool result is recorded as it arrives; the
 * same call again, in any process, answers from the record what was done, and goes on where it stopped:
 *
 *     const runs = new RunStore(betterSqlite3Driver('agents.db'))
 *     const result = await runs.run(agent, 'Book the trip', { runId: 'trip-42', session })
 *
 * What was recorded is never done again. The one step that was under way when the process died may be. One process at a
 * time works on a run. Rejections that are not the agent's are `StorageError`s.
 */
export class RunStore {
  readonly #driver: SqlDriver
  readonly #journal: RunJournal
  readonly #catalog: RunCatalog
  readonly #agents: AgentRegistry | undefined
  readonly #sdk: AgentsSdk | undefined

  /** Does no I/O. `database` is shared, and stays the caller's to close. */
  constructor(database: SqlDriver | DatabaseHandle, options: RunStoreOptions = {}) {
    this.#driver = toSqlDriver(database)
    this.#journal = new RunJournal(this.#driver, options)
    this.#catalog = new RunCatalog(this.#driver, options)
    this.#agents = options.agents
    this.#sdk = options.sdk
  }

  /**
   * Begins a run, or goes on with it. Without an agent, the agent that the run began with is taken from the registry, or
   * for a new run the one that had the last word in the session. Without an input, the run has to exist. A run that is
   * done gives its result again and calls nothing. A run that needs decisions resolves with `interruptions`.
   *
   * What the run adds to its session is written when it comes to its end or to an interruption. Rejects as the Agents
   * SDK does, and with `RUN_CLAIMED`, `CLAIM_LOST`, `RUN_CANCELLED`, `RUN_CONFLICT`, `RUN_DIVERGED`, `RUN_UNREADABLE`
   * and `CALL_UNKNOWN`.
   */
  run<A extends AnyAgent, Context = undefined>(
    agent: A | undefined,
    input: Input | undefined,
    options: StreamedDurableRunOptions<Context>,
  ): Promise<StreamedRunResult<Context, A>>
  run<A extends AnyAgent, Context = undefined>(
    agent: A | undefined,
    input: Input | undefined,
    options: DurableRunOptions<Context>,
  ): Promise<RunResult<Context, A>>
  async run(
    agent: AnyAgent | undefined,
    input: Input | undefined,
    options: DurableRunOptions<unknown> | StreamedDurableRunOptions<unknown>,
  ): Promise<RunResult<unknown, AnyAgent> | StreamedRunResult<unknown, AnyAgent>> {
    const { runId, session, owner, expiresAt, codeVersion } = options
    checkOptions(options)
    const sessionId = sessionIdOf(session)
    const sdk = this.#sdk ?? (await loadAgentsSdk())
    const name =
      agent?.name ?? (sessionId === null || input === undefined ? undefined : await this.lastAgent(sessionId))
    const claim = await this.#journal.claim(runId, {
      ...(input !== undefined && { input }),
      sessionId,
      agent: name,
      owner,
      expiresAt,
      codeVersion,
    })
    return new Work(sdk, claim, session, options).begin(
      () => agent ?? this.#find(claim.run.agent),
      this.#journal.leaseMs,
    )
  }

  #find(name: string | undefined, registry: AgentRegistry | undefined = this.#agents): AnyAgent {
    const agents = Array.isArray(registry) ? (registry as readonly AnyAgent[]) : Object.values(registry ?? {})
    const found = agents.find((agent) => agent.name === name)
    if (found) return found
    throw new StorageError(
      'INVALID_ARGUMENT',
      name === undefined
        ? 'The run has no agent yet. Give the agent that it shall begin with.'
        : `The agent "${name}" is not in the registry. Give it as an agent, or in \`agents\` of the RunStore.`,
    )
  }

  /** Runs whose process has died, or whose decisions were made: any process may go on with them. The oldest first. */
  recover(options: { readonly limit?: number | undefined } = {}): Promise<Run[]> {
    return this.#catalog.recoverable(options)
  }

  /**
   * Goes on with what {@link recover} finds, until the signal says so. Several workers may do so at once, in any number
   * of processes. A run with a session goes on with a `PerSQLSession` of this database, unless `optionsFor` gives it one.
   */
  async work(registry: AgentRegistry, options: WorkOptions = {}): Promise<void> {
    const { concurrency = 1, signal, pollMs = 1000, optionsFor, onError } = options
    const active = new Map<string, Promise<void>>()
    while (!signal?.aborted) {
      const found = (await this.recover({ limit: concurrency + active.size })).filter(
        ({ runId }) => !active.has(runId),
      )
      for (const run of found.slice(0, concurrency - active.size)) {
        const session =
          run.sessionId === undefined ? undefined : new PerSQLSession(run.sessionId, this.#driver)
        const work = Promise.resolve()
          .then(() =>
            this.run(this.#find(run.agent, registry), undefined, {
              ...(signal && { signal }),
              session,
              ...optionsFor?.(run),
              runId: run.runId,
            } as DurableRunOptions<unknown>),
          )
          .then(
            () => undefined,
            (error: unknown) => {
              // Another worker was faster.
              if (!isStorageError(error, 'RUN_CLAIMED')) onError?.(run, error)
            },
          )
          .finally(() => active.delete(run.runId))
        active.set(run.runId, work)
      }
      if (active.size >= concurrency) await Promise.race(active.values())
      else if (found.length === 0) await pause(pollMs, signal)
    }
    await Promise.all(active.values())
  }

  /** Newest first, in pages. */
  list(options?: RunListOptions): Promise<RunPage> {
    return this.#catalog.list(options)
  }

  /** `undefined` for a run that does not exist. */
  get(runId: string): Promise<Run | undefined> {
    return this.#catalog.get(runId)
  }

  /** What is recorded of a run, in its order. */
  steps(runId: string): Promise<RunStep[]> {
    return this.#catalog.steps(runId)
  }

  /** The calls of a run that needed a decision. */
  approvals(runId: string): Promise<RunApproval[]> {
    return this.#catalog.approvals(runId)
  }

  /** What waits for a decision in all runs, the oldest first. */
  pending(options?: { owner?: string; sessionId?: string; limit?: number }): Promise<RunApproval[]> {
    return this.#catalog.pending(options)
  }

  /**
   * Decides on a call that waits, without the agent. The first decision stands; a contrary one rejects with
   * `DECISION_CONFLICT`. The run goes on at the next `run`, or in a worker.
   */
  decide(runId: string, callId: string, decision: Decision): Promise<RunApproval> {
    return this.#catalog.decide(runId, callId, decision)
  }

  /** The name of the agent that had the last word in a session, after handoffs. */
  lastAgent(session: PerSQLSession | string): Promise<string | undefined> {
    return this.#catalog.lastAgent(typeof session === 'string' ? session : openSessionOf(session).sessionId)
  }

  /** Ends a run for good: whoever works on it fails with `RUN_CANCELLED` at its next step. False where it had ended. */
  cancel(runId: string): Promise<boolean> {
    return this.#catalog.cancel(runId)
  }

  /** Lets a worker go on with a run that failed. False where it had not failed. */
  retry(runId: string): Promise<boolean> {
    return this.#catalog.retry(runId)
  }

  /** Removes a run with its journal. What it wrote into its session stays. False where there was none. */
  delete(runId: string): Promise<boolean> {
    return this.#catalog.delete(runId)
  }

  /** Removes runs that ended before a time or have expired, with their journals, and resolves with their number. */
  prune(options: { olderThan: Date }): Promise<number> {
    return this.#catalog.prune(options)
  }
}

type Result = RunResult<unknown, AnyAgent> | StreamedRunResult<unknown, AnyAgent>
type Interruption = Result['interruptions'][number]
type Options = DurableRunOptions<unknown> | StreamedDurableRunOptions<unknown>

/** A claim that is worked on, to its end. */
class Work {
  readonly #sdk: AgentsSdk
  readonly #claim: RunClaim
  readonly #session: PerSQLSession | undefined
  readonly #options: Options
  #timer: ReturnType<typeof setInterval> | undefined
  #attempt: Attempt
  #runSession: RunSession | undefined

  constructor(sdk: AgentsSdk, claim: RunClaim, session: PerSQLSession | undefined, options: Options) {
    this.#sdk = sdk
    this.#claim = claim
    this.#session = session
    this.#options = options
    this.#attempt = this.#newAttempt(claim)
  }

  #newAttempt(claim: RunClaim): Attempt {
    const attempt = new Attempt({ sdk: this.#sdk, claim, forgets: this.#options.onDivergence === 'continue' })
    this.#runSession = this.#session && new RunSession(this.#session, attempt, claim)
    return attempt
  }

  async begin(agentOf: () => AnyAgent, leaseMs: number): Promise<Result> {
    if (this.#claim.isHeld) {
      const renew = () => void this.#claim.renew().catch((error: unknown) => this.#lose(error))
      this.#timer = setInterval(renew, Math.max(1, leaseMs / 3))
      ;(this.#timer as { unref?: () => void }).unref?.()
    }
    try {
      const agent = agentOf()
      instrumentAgents(agent)
      return await this.#stages(agent).catch(async (error: unknown) => {
        if (this.#options.onDivergence !== 'restart' || !isStorageError(this.#errorOf(error), 'RUN_DIVERGED'))
          throw error
        await this.#claim.restart(this.#options.codeVersion)
        this.#attempt = this.#newAttempt(this.#claim)
        return this.#stages(agent)
      })
    } catch (error) {
      throw await this.#failed(error)
    }
  }

  /** The journal's own error, whatever the Agents SDK has made of it. */
  #errorOf(thrown: unknown): unknown {
    return this.#attempt.failure ? this.#attempt.failure.error : thrown
  }

  #checkCode(agent: AnyAgent): void {
    const { run, steps, isHeld } = this.#claim
    const { codeVersion, onDivergence } = this.#options
    if (!isHeld || steps.length === 0 || onDivergence === 'continue') return
    const isOther = run.agent !== undefined && run.agent !== agent.name
    if (!isOther && (codeVersion === undefined || run.codeVersion === codeVersion)) return
    const what = isOther ? `the agent "${run.agent}"` : `the code version "${run.codeVersion ?? ''}"`
    throw new StorageError(
      'RUN_DIVERGED',
      `The run "${run.runId}" began with ${what}. It stays as it was. Go on with that, or choose \`onDivergence\`.`,
    )
  }

  #lose(error: unknown): void {
    try {
      this.#attempt.fail(error)
    } catch {
      // Whoever does the next step is told.
    }
  }

  async #stages(agent: AnyAgent): Promise<Result> {
    this.#checkCode(agent)
    const { onDivergence, ...given } = this.#options
    const runner = new this.#sdk.Runner(given as Partial<RunConfig>)
    const { modelProvider } = runner.config
    Object.assign(runner.config, {
      modelProvider: {
        getModel: async (name?: string) => instrumentModel(await modelProvider.getModel(name)),
      },
    })
    const options = { ...given, ...(this.#runSession && { session: this.#runSession }) }
    const stage = (input: unknown) =>
      this.#attempt.inRun(() => runner.run(agent, input as never, options as never)) as Promise<Result>

    let result = await stage(this.#claim.run.input)
    for (let round = 0; ; round++) {
      const isStream = 'completed' in result
      if (isStream && !this.#attempt.mayGoOn(round)) {
        const stream = result as StreamedRunResult<unknown, AnyAgent>
        return whenFinished(
          stream,
          () => this.#finish(stream),
          (error) => this.#failed(error),
        )
      }
      if (isStream) await (result as StreamedRunResult<unknown, AnyAgent>).completed
      const decisions = await this.#attempt.decisions(
        round,
        result.interruptions.map((interruption) => callIdOf(interruption)),
      )
      const failure = this.#attempt.failure
      if (failure) throw failure.error
      if (!decisions.length || !this.#apply(result, decisions)) {
        await this.#finish(result)
        return result
      }
      await this.#runSession?.flush(this.#claim.isHeld)
      result = await stage(result.state)
    }
  }

  #apply(result: Result, decisions: readonly AppliedDecision[]): boolean {
    const byCall = new Map(decisions.map((decision) => [decision.callId, decision]))
    let applied = false
    for (const interruption of result.interruptions) {
      const decision = byCall.get(callIdOf(interruption))
      if (!decision) continue
      applied = true
      const { approve, always, message } = decision
      if (approve) result.state.approve(interruption as never, { alwaysApprove: always })
      else
        result.state.reject(interruption as never, {
          alwaysReject: always,
          ...(message !== undefined && { message }),
        })
    }
    return applied
  }

  /** Writes the session, and how the run came to its end or why it waits. */
  async #finish(result: Result): Promise<void> {
    const { failure } = this.#attempt
    if (failure) throw failure.error
    if (this.#options.signal?.aborted || ('cancelled' in result && result.cancelled)) {
      // The run was stopped, and can go on; what the Agents SDK kept of it for the session is a part only.
      await this.#end(() => this.#claim.release())
      return
    }
    if (result.interruptions.length === 0) await this.#attempt.settle()
    await this.#runSession?.flush(this.#claim.isHeld)
    const lastAgent = result.lastAgent?.name
    const pending = result.interruptions.map(pendingOf)
    await this.#end(() =>
      this.#claim.end(
        pending.length > 0
          ? { status: 'waiting', pending, lastAgent }
          : { status: 'done', output: result.finalOutput, lastAgent },
      ),
    )
  }

  async #end(write: () => Promise<void>): Promise<void> {
    clearInterval(this.#timer)
    if (this.#claim.isHeld) await write()
  }

  /** Ends the claim after an error, and gives the one to throw. */
  async #failed(thrown: unknown): Promise<unknown> {
    const error = this.#errorOf(thrown)
    clearInterval(this.#timer)
    if (!this.#claim.isHeld) return error
    const isStopped = this.#options.signal?.aborted || isStorageError(error, 'RUN_DIVERGED')
    const end = isStopped
      ? this.#claim.release()
      : this.#claim.end({ status: 'failed', error: shownOf(error) })
    // Where the claim was lost, or the database with it, there is nothing left to say.
    await end.catch(() => undefined)
    return error
  }
}

function checkOptions({ onDivergence, ...options }: Options): void {
  if (onDivergence !== undefined && onDivergence !== 'restart' && onDivergence !== 'continue') {
    throw new StorageError('INVALID_ARGUMENT', 'onDivergence must be "restart" or "continue".')
  }
  if (onDivergence === 'restart' && 'stream' in options && options.stream) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      'A run that is streamed cannot restart. Use onDivergence: "continue".',
    )
  }
}

function callIdOf({ rawItem }: Interruption): string {
  const item = rawItem as { callId?: string; id?: string; providerData?: { id?: string } }
  return item.callId ?? item.id ?? item.providerData?.id ?? ''
}

function pendingOf(interruption: Interruption): PendingCall {
  const item = interruption.rawItem as { name?: string; arguments?: unknown; action?: unknown }
  const args = item.arguments ?? item.action ?? {}
  return {
    callId: callIdOf(interruption),
    tool: interruption.name ?? item.name ?? '',
    arguments: typeof args === 'string' ? args : JSON.stringify(args),
    agent: interruption.agent.name,
  }
}

const LONG = 2000

function shownOf(error: unknown): { name: string; message: string } {
  if (!(error instanceof Error)) return { name: 'Error', message: 'Something was thrown that is no error.' }
  const { name, message } = error
  return { name, message: message.length > LONG ? `${message.slice(0, LONG).toWellFormed()}…` : message }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
}
