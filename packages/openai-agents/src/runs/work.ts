import { isStorageError, type RunClaim, StorageError } from '@persql/session-core'
import type { AgentsSdk, AnyAgent, RunConfig, RunResult, StreamedRunResult } from '../agents-sdk.ts'
import type { PerSQLSession } from '../persql-session.ts'
import { type AppliedDecision, Attempt } from './attempt.ts'
import type { DurableRunOptions, StreamedDurableRunOptions } from './durable-options.ts'
import { instrumentAgents, instrumentModel } from './instrument.ts'
import { refuseComputers } from './local-tools.ts'
import { RunSession } from './run-session.ts'
import { WaitingCalls } from './waiting-calls.ts'
import { whenFinished } from './when-finished.ts'

type Result = RunResult<unknown, AnyAgent> | StreamedRunResult<unknown, AnyAgent>
type Options = DurableRunOptions<unknown> | StreamedDurableRunOptions<unknown>

/** A claim that is worked on, to its end. */
export class Work {
  readonly #sdk: AgentsSdk
  readonly #claim: RunClaim
  readonly #session: PerSQLSession | undefined
  readonly #options: Options
  #timer: ReturnType<typeof setInterval> | undefined
  #attempt: Attempt
  #runSession: RunSession | undefined
  #waiting: WaitingCalls

  constructor(sdk: AgentsSdk, claim: RunClaim, session: PerSQLSession | undefined, options: Options) {
    this.#sdk = sdk
    this.#claim = claim
    this.#session = session
    this.#options = options
    this.#attempt = this.#newAttempt()
    this.#runSession = this.#newRunSession()
    this.#waiting = new WaitingCalls(claim.approvals)
  }

  #newAttempt(): Attempt {
    const forgets = this.#options.onDivergence === 'continue'
    return new Attempt({ sdk: this.#sdk, claim: this.#claim, forgets })
  }

  #newRunSession(): RunSession | undefined {
    return this.#session && new RunSession(this.#session, this.#attempt, this.#claim)
  }

  async begin(agentOf: () => AnyAgent, leaseMs: number): Promise<Result> {
    if (this.#claim.isHeld) {
      const renew = () => void this.#claim.renew().catch((error: unknown) => this.#lose(error))
      this.#timer = setInterval(renew, Math.max(1, leaseMs / 3))
      ;(this.#timer as { unref?: () => void }).unref?.()
    }
    try {
      const agent = agentOf()
      refuseComputers(agent)
      instrumentAgents(agent)
      return await this.#stages(agent).catch(async (error: unknown) => {
        if (!this.#mayRestart || !isStorageError(this.#errorOf(error), 'RUN_DIVERGED')) throw error
        await this.#claim.restart(this.#options.codeVersion)
        this.#attempt = this.#newAttempt()
        this.#runSession = this.#newRunSession()
        this.#waiting = new WaitingCalls(this.#claim.approvals)
        return this.#stages(agent)
      })
    } catch (error) {
      throw await this.#failed(error)
    }
  }

  get #mayRestart(): boolean {
    return this.#claim.isHeld && this.#options.onDivergence === 'restart'
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
        if (this.#mayRestart) await this.#replayed(stream)
        return whenFinished(
          stream,
          () => this.#finish(stream),
          (error) => this.#failed(error),
        )
      }
      if (isStream) await (result as StreamedRunResult<unknown, AnyAgent>).completed
      const decisions = await this.#attempt.decisions(
        round,
        result.interruptions.map((interruption) => this.#waiting.name(interruption).callId),
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

  /** Waits until the stream is past what can diverge: once somebody reads it, it cannot begin anew. */
  async #replayed(stream: StreamedRunResult<unknown, AnyAgent>): Promise<void> {
    await Promise.race([this.#attempt.replayed, stream.completed]).catch(() => undefined)
    const error = this.#attempt.failure?.error
    if (isStorageError(error, 'RUN_DIVERGED')) throw error
  }

  #apply(result: Result, decisions: readonly AppliedDecision[]): boolean {
    const byCall = new Map(decisions.map((decision) => [decision.callId, decision]))
    let applied = false
    for (const interruption of result.interruptions) {
      const decision = byCall.get(this.#waiting.name(interruption).callId)
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
    for (const { callId } of decisions) this.#waiting.decided(callId)
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
    const pending = result.interruptions.map((interruption) => this.#waiting.name(interruption))
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

export function checkOptions({ onDivergence }: Options): void {
  if (onDivergence !== undefined && onDivergence !== 'restart' && onDivergence !== 'continue') {
    throw new StorageError('INVALID_ARGUMENT', 'onDivergence must be "restart" or "continue".')
  }
}

const LONG = 2000

function shownOf(error: unknown): { name: string; message: string } {
  if (!(error instanceof Error)) return { name: 'Error', message: 'Something was thrown that is no error.' }
  const { name, message } = error
  return { name, message: message.length > LONG ? `${message.slice(0, LONG).toWellFormed()}…` : message }
}
