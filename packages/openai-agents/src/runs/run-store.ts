import {
  type DatabaseHandle,
  type Decision,
  isStorageError,
  type Run,
  type RunApproval,
  RunCatalog,
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
  type RunResult,
  type StreamedRunResult,
} from '../agents-sdk.ts'
import { openSessionOf, PerSQLSession } from '../persql-session.ts'
import type { DurableRunOptions, StreamedDurableRunOptions } from './durable-options.ts'
import { refuseComputers } from './local-tools.ts'
import { sessionIdOf } from './run-session.ts'
import { checkOptions, Work } from './work.ts'

/** The agents that runs may begin with or be handed to, by their names or as a list. */
export type AgentRegistry = readonly AnyAgent[] | Readonly<Record<string, AnyAgent>>

export interface RunStoreOptions extends RunJournalOptions {
  /** The agents of the application, so that a run can go on without being given its agent. */
  readonly agents?: AgentRegistry | undefined
  /** The module of the Agents SDK, for a program that has several copies of it. Default: `@openai/agents`, or its core. */
  readonly sdk?: AgentsSdk | undefined
}

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
    if (agent) refuseComputers(agent)
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
