import {
  isStorageError,
  type NewStep,
  type RunApproval,
  type RunClaim,
  type RunStep,
  StorageError,
} from '@persql/session-core'
import type { AgentsSdk, FunctionTool, Model, ModelRequest, ModelResponse } from '../agents-sdk.ts'
import { choiceOf, type OnUnknown } from './declared-tools.ts'
import { digestOf } from './digest.ts'
import { resultOf, type Told, told, withFoundTools, withLocalCalls } from './local-tools.ts'
import {
  eventsOf,
  type RecordedResponse,
  recordedOf,
  recordedOfStream,
  responseOf,
} from './model-response.ts'
import { callerScope, inScope, type Recorder, type Scope, type Tool } from './scope.ts'

type Streamed = ReturnType<Model['getStreamedResponse']>
type Invocation = Parameters<FunctionTool['invoke']>

/** A decision that a run goes on with. */
export type AppliedDecision = Pick<RunApproval, 'callId' | 'always' | 'message'> & {
  readonly approve: boolean
}

export interface AttemptOptions {
  readonly sdk: AgentsSdk
  readonly claim: RunClaim
  /** Whether steps are forgotten from the first one on that no longer fits. */
  readonly forgets: boolean
}

/**
 * One attempt at a run: answers from the journal what is recorded, and records the rest as it is done. Once a write
 * has failed, nothing more is done.
 */
export class Attempt implements Recorder {
  readonly runId: string
  /** The row at which the history ends that the run has read; unknown until it has. */
  historyRow: number | undefined
  readonly #sdk: AgentsSdk
  readonly #claim: RunClaim
  readonly #forgets: boolean
  readonly #recorded: Map<string, RunStep>
  readonly #scopes = new Map<string, Scope>()
  readonly #tools = new WeakMap<FunctionTool, FunctionTool>()
  readonly #localTools = new WeakMap<Tool, Tool>()
  readonly #applied = new Set<string>()
  /** The keys of the responses that the run has had. */
  readonly #responded = new Set<string>()
  readonly #replayed = Promise.withResolvers<void>()
  #isHistoryRowRecorded: boolean
  #failure: { readonly error: unknown } | undefined

  constructor({ sdk, claim, forgets }: AttemptOptions) {
    this.runId = claim.run.runId
    this.historyRow = claim.run.historyRow
    this.#isHistoryRowRecorded = this.historyRow !== undefined
    this.#sdk = sdk
    this.#claim = claim
    this.#forgets = forgets
    this.#recorded = new Map(claim.steps.map((step) => [step.key, step]))
  }

  /** Resolves once the run asks for a response that is not recorded: from then on it cannot diverge. */
  get replayed(): Promise<void> {
    return this.#replayed.promise
  }

  /** The journal's own error, which the Agents SDK may have wrapped or made the result of a tool. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure
  }

  /** From now on everything rejects with this error, the first that was given. */
  fail(error: unknown): never {
    this.#failure ??= { error }
    throw this.#failure.error
  }

  /** Runs `work` as a part of the run, outside of all its calls. */
  inRun<Result>(work: () => Result): Result {
    return inScope(this.#scope(''), work)
  }

  #scope(path: string): Scope {
    const scope = this.#scopes.get(path) ?? {
      recorder: this,
      path,
      agent: undefined,
      responses: 0,
      items: 0,
      calls: new Map(),
      held: new Map(),
    }
    this.#scopes.set(path, scope)
    return scope
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error
  }

  async respond(
    scope: Scope,
    request: ModelRequest,
    ask: () => Promise<ModelResponse>,
  ): Promise<ModelResponse> {
    const step = await this.#modelStep(scope, request)
    if (step.recorded) return responseOf(this.#answer(scope, step.recorded), this.#sdk)
    const response = await ask()
    await this.#recordResponse(scope, step, recordedOf(response))
    return response
  }

  async *stream(scope: Scope, request: ModelRequest, ask: () => Streamed): Streamed {
    const step = await this.#modelStep(scope, request)
    if (step.recorded) {
      yield* eventsOf(this.#answer(scope, step.recorded))
      return
    }
    for await (const event of ask()) {
      if (event.type === 'response_done') await this.#recordResponse(scope, step, recordedOfStream(event))
      yield event
    }
  }

  /** What is recorded of the next model call in the scope, or what is to be recorded. */
  async #modelStep(scope: Scope, { input }: ModelRequest) {
    this.#check()
    await this.#settle(scope)
    const startedAt = new Date()
    const items = typeof input === 'string' ? [input] : input
    // What came before was a part of the last digest, so that all of them together take time for each item once.
    const news = items.slice(Math.min(scope.items, items.length))
    const digest = await digestOf([scope.agent, items.length, news])
    scope.items = items.length
    for (;;) {
      const key = `model ${scope.path}${scope.responses}`
      const recorded = this.#recorded.get(key)
      if (!recorded) {
        if (!this.#claim.isHeld)
          this.fail(this.#diverged('after its last step', 'a request that was not made then'))
        if (scope.path === '') this.#replayed.resolve()
        return { key, digest, startedAt }
      }
      if (recorded.digest === digest || !this.#claim.isHeld) return { key, digest, startedAt, recorded }
      if (scope.path !== '') {
        // The call around it was under way, and may be made again. So may what it asked.
        scope.responses += 1
        continue
      }
      if (!this.#forgets) {
        const found = recorded.agent === scope.agent ? 'another input' : `the agent "${scope.agent}"`
        this.fail(
          this.#diverged(
            `at step ${recorded.step}`,
            `${found} for the model than was recorded of "${recorded.agent}"`,
          ),
        )
      }
      await this.#forgetFrom(recorded.step)
    }
  }

  async #forgetFrom(first: number): Promise<void> {
    for (const [key, { step }] of this.#recorded) if (step >= first) this.#recorded.delete(key)
    await this.#journal(() => this.#claim.forget(first))
  }

  #diverged(where: string, what: string): StorageError {
    return new StorageError(
      'RUN_DIVERGED',
      `The run "${this.runId}" diverged ${where}: there is ${what}. The run stays as it was. ` +
        'Go on with the code that it began with, or choose `onDivergence`.',
    )
  }

  #answer(scope: Scope, { value, key }: RunStep): RecordedResponse {
    const response = value as RecordedResponse
    if (!Array.isArray(response?.output) || typeof response.usage !== 'object') {
      this.fail(
        new StorageError(
          'RUN_UNREADABLE',
          `The row "${key}" of the run "${this.runId}" holds no model response.`,
        ),
      )
    }
    scope.responses += 1
    this.#responded.add(key)
    return response
  }

  async #recordResponse(
    scope: Scope,
    step: { readonly key: string; readonly digest: string; readonly startedAt: Date },
    value: RecordedResponse,
  ): Promise<void> {
    const { key, digest, startedAt } = step
    const row = this.#isHistoryRowRecorded ? undefined : this.historyRow
    this.#isHistoryRowRecorded = true
    await this.#record({ kind: 'model', key, agent: scope.agent, digest, value, startedAt }, row)
    scope.responses += 1
    this.#responded.add(key)
  }

  /** Records the results that were held: nothing that they depend on waits for a decision. */
  async #settle(scope: Scope): Promise<void> {
    for (const [callId, step] of scope.held) {
      scope.held.delete(callId)
      if (this.#claim.isHeld) await this.#record(step, undefined, step.name)
    }
  }

  /** Records what was held at the end of a run. */
  async settle(): Promise<void> {
    await this.#settle(this.#scope(''))
  }

  /** The tool, whose calls are a part of the run. */
  tool(tool: FunctionTool): FunctionTool {
    const known = this.#tools.get(tool)
    if (known) return known
    const copy: FunctionTool = Object.create(
      Object.getPrototypeOf(tool),
      Object.getOwnPropertyDescriptors(tool),
    )
    const invoke: FunctionTool['invoke'] = (...invocation) => this.#call(tool, invocation)
    Object.defineProperties(copy, {
      invoke: { value: invoke, enumerable: true },
      // The call itself keeps the time, so that what it gives after a timeout is recorded.
      timeoutMs: { value: undefined, enumerable: true },
    })
    this.#tools.set(tool, copy)
    this.#tools.set(copy, copy)
    return copy
  }

  async #call(tool: FunctionTool, invocation: Invocation) {
    const [runContext, input, details] = invocation
    const invoke = () =>
      this.#sdk.invokeFunctionTool
        ? this.#sdk.invokeFunctionTool({ tool, runContext, input, ...(details && { details }) })
        : tool.invoke(...invocation)
    const callId = details?.toolCall?.callId
    // The scope of the agent that calls, which is not always the run itself.
    const scope = callerScope(this)
    if (!scope || callId === undefined) return invoke()
    this.#check()

    const startedAt = new Date()
    const isResumed = details !== undefined && 'resumeState' in details && details.resumeState !== undefined
    const place = this.#placeOf(scope, callId, isResumed)
    // It waited for a decision, so that what it gave then was no result.
    if (isResumed) scope.held.delete(callId)
    const key = `tool ${place.key}`
    const digest = await digestOf(input)
    const recorded = this.#recorded.get(key)
    if (recorded && (recorded.digest === digest || !this.#claim.isHeld)) {
      if (isAgentTool(tool)) this.#addUsage(runContext, `model ${place.path}/`)
      return recorded.value as never
    }
    if (!this.#claim.isHeld && !isAgentTool(tool)) {
      this.fail(this.#diverged('after its last step', 'a call that was not made then'))
    }
    const { agent } = scope
    const step = { kind: 'tool', key: this.#free(key), name: tool.name, agent, digest, startedAt } as const
    const choice = choiceOf(tool)
    const started = `start ${place.key}`
    if (choice !== 'retry' && !isResumed) {
      if (this.#recorded.has(started)) {
        const value = await this.#findOut(choice, {
          runId: this.runId,
          callId,
          tool: tool.name,
          arguments: input,
        })
        await this.#record({ ...step, value })
        return value as never
      }
      await this.#record({ ...step, kind: 'start', key: started, value: undefined })
    }
    const value = await inScope(this.#scope(`${place.path}/`), invoke)
    this.#check()
    // An agent that waits for a decision gives a result as well. If it does, its caller stops before the next request.
    if (isAgentTool(tool)) scope.held.set(callId, { ...step, value })
    else await this.#record({ ...step, value }, undefined, tool.name)
    return value
  }

  /** The tool, and what it does in this process is a part of the run. */
  localTool(tool: Tool): Tool {
    const known = this.#localTools.get(tool)
    if (known) return known
    const copy =
      withLocalCalls(tool, (asked, invoke) => this.#callLocally(tool.name, asked, invoke)) ??
      withFoundTools(tool, this.#sdk, (found) => this.tool(found)) ??
      tool
    this.#localTools.set(tool, copy)
    return copy
  }

  /** What tells no id of a call is known by what it is asked, and by how often the same was asked before. */
  async #callLocally<Result>(name: string, asked: unknown, invoke: () => Promise<Result>): Promise<Result> {
    const scope = callerScope(this)
    if (!scope) return invoke()
    this.#check()
    const startedAt = new Date()
    const digest = await digestOf(asked)
    const place = this.#placeOf(scope, `${name}:${digest}`, false)
    const key = `tool ${place.key}`
    const recorded = this.#recorded.get(key)
    if (recorded) return resultOf(recorded.value as Told<Result>)
    if (!this.#claim.isHeld) this.fail(this.#diverged('after its last step', 'a call that was not made then'))
    const value = await inScope(this.#scope(`${place.path}/`), () => told(invoke))
    this.#check()
    await this.#record(
      { kind: 'tool', key, name, agent: scope.agent, digest, value, startedAt },
      undefined,
      name,
    )
    return resultOf(value)
  }

  /** Adds to what the run has used what its responses under these keys did, which it is not given again. */
  #addUsage({ usage }: Invocation[0], prefix: string): void {
    for (const { key, value } of this.#recorded.values()) {
      if (!key.startsWith(prefix) || this.#responded.has(key)) continue
      this.#responded.add(key)
      usage.add(new this.#sdk.Usage((value as RecordedResponse).usage))
    }
  }

  /** Where a call is made, and under which key its result is recorded: another one each time that it is resumed. */
  #placeOf(scope: Scope, callId: string, isResumed: boolean): { path: string; key: string } {
    const seen = scope.calls.get(callId) ?? 0
    const count = isResumed ? Math.max(seen, 1) : seen + 1
    scope.calls.set(callId, count)
    const path = `${scope.path}${callId}${count > 1 ? `#${count}` : ''}`
    if (!isResumed) return { path, key: path }
    const resumed = `${callId}#${count} resumed`
    const times = (scope.calls.get(resumed) ?? 0) + 1
    scope.calls.set(resumed, times)
    return { path, key: `${path} resumed ${times}` }
  }

  /** A key that nothing is recorded under, of calls that were made again with other arguments. */
  #free(key: string): string {
    let free = key
    for (let count = 2; this.#recorded.has(free); count++) free = `${key} again ${count}`
    return free
  }

  async #findOut(choice: OnUnknown, call: Parameters<Extract<OnUnknown, (...args: never) => unknown>>[0]) {
    if (typeof choice === 'function') return choice(call)
    return this.fail(
      new StorageError(
        'CALL_UNKNOWN',
        `The tool "${call.tool}" was about to be called when the process died (call "${call.callId}"), and must not be ` +
          'called twice. Find out whether it was, and give its result by a function as `onUnknown`.',
      ),
    )
  }

  /**
   * What the run goes on with after it was interrupted for the `round`th time: what it went on with before, or what was
   * decided since of these calls. Nothing: it waits.
   */
  async decisions(round: number, callIds: readonly string[]): Promise<readonly AppliedDecision[]> {
    this.#check()
    const key = `decisions ${round}`
    const recorded = this.#recorded.get(key)
    if (recorded) return recorded.value as readonly AppliedDecision[]
    const value = this.#decided().filter(({ callId }) => callIds.includes(callId))
    if (value.length === 0 || !this.#claim.isHeld) return []
    await this.#journal(() =>
      this.#claim.apply(
        { kind: 'decisions', key, value, startedAt: new Date() },
        value.map(({ callId }) => callId),
      ),
    )
    for (const { callId } of value) this.#applied.add(callId)
    return value
  }

  /** Whether there is something to go on with after this interruption. */
  mayGoOn(round: number): boolean {
    return this.#recorded.has(`decisions ${round}`) || this.#decided().length > 0
  }

  /** What was decided and not yet applied. */
  #decided(): AppliedDecision[] {
    // As the journal has it: what was applied in a step that was forgotten since holds again.
    const steps = [...this.#recorded.values()].filter(({ kind }) => kind === 'decisions')
    const recorded = steps.flatMap(({ value }) => (value as AppliedDecision[]).map(({ callId }) => callId))
    const applied = new Set([...this.#applied, ...recorded])
    return this.#claim.approvals
      .filter(({ decision, callId }) => decision !== undefined && !applied.has(callId))
      .map(({ callId, decision, always, message }) => ({
        callId,
        approve: decision === 'approved',
        always,
        ...(message !== undefined && { message }),
      }))
  }

  async #record(step: NewStep, historyRow?: number, tool?: string): Promise<void> {
    try {
      await this.#journal(() => this.#claim.record(step, historyRow))
    } catch (error) {
      if (!isStorageError(error, 'INVALID_ITEM') || tool === undefined) throw error
      this.#failure = {
        error: new StorageError(
          'INVALID_ITEM',
          `The result of the tool "${tool}" cannot be recorded. ${error.message} Return what JSON can hold.`,
          { itemPath: error.itemPath },
        ),
      }
      throw this.#failure.error
    }
  }

  async #journal<Result>(write: () => Promise<Result>): Promise<Result> {
    this.#check()
    try {
      return await write()
    } catch (error) {
      return this.fail(error)
    }
  }
}

/** Tools made by `asTool` can be listened to. */
function isAgentTool(tool: FunctionTool): boolean {
  return 'on' in tool && typeof tool.on === 'function'
}
