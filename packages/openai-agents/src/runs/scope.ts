import type { AsyncLocalStorage } from 'node:async_hooks'
import { type NewStep, StorageError } from '@persql/session-core'
import type { AnyAgent, FunctionTool, Model, ModelRequest, ModelResponse } from '../agents-sdk.ts'

type Streamed = ReturnType<Model['getStreamedResponse']>

export type Tool = Awaited<ReturnType<AnyAgent['getAllTools']>>[number]

/** What the models and tools of a run ask. */
export interface Recorder {
  readonly runId: string
  respond(scope: Scope, request: ModelRequest, ask: () => Promise<ModelResponse>): Promise<ModelResponse>
  stream(scope: Scope, request: ModelRequest, ask: () => Streamed): Streamed
  /** The tool, whose calls are a part of the run. */
  tool(tool: FunctionTool): FunctionTool
  /** The tool, and what it does in this process is a part of the run. */
  localTool(tool: Tool): Tool
}

/**
 * Where in a run something happens: in the run itself, or in one of its calls, which may run agents of its own. What
 * happens in a scope is numbered there.
 */
export interface Scope {
  readonly recorder: Recorder
  /** Empty for the run itself; ids of calls, each followed by a slash. */
  readonly path: string
  /** The agent that has the turn. */
  agent: string | undefined
  /** How many responses of models there were. */
  responses: number
  /** How many items the last request had. */
  items: number
  /** How often the id of a call was seen: some providers use one again. */
  readonly calls: Map<string, number>
  /** Results of agents that are tools, by the ids of their calls, until it is certain that they do not wait. */
  readonly held: Map<string, NewStep>
}

let storage: AsyncLocalStorage<Scope> | undefined

/** Runs `work` in a scope: what it awaits, and what that calls, finds the scope again. */
export function inScope<Result>(scope: Scope, work: () => Result): Result {
  if (!storage) {
    const hooks = globalThis.process?.getBuiltinModule?.('node:async_hooks')
    if (!hooks) {
      throw new StorageError(
        'INVALID_ARGUMENT',
        'Runs need AsyncLocalStorage, which Node.js 22.3, Bun, Deno and Workers with nodejs_compat have.',
      )
    }
    storage = new hooks.AsyncLocalStorage<Scope>()
  }
  return storage.run(scope, work)
}

/** Runs `work` as if it were not a part of any run: a model may ask itself by another method. */
export function outOfScope<Result>(work: () => Result): Result {
  return storage ? storage.exit(work) : work()
}

/** The scope of the run that this code is a part of; `undefined` outside of runs of a `RunStore`. */
export function currentScope(): Scope | undefined {
  return storage?.getStore()
}

/**
 * Inside of a tool of a run: a text that is the same whenever this very call is made again, and never for another one.
 * Hand it to services that do a thing once for each idempotency key. `undefined` outside of a `RunStore`'s runs.
 */
export function idempotencyKey(): string | undefined {
  const scope = currentScope()
  return scope && scope.path !== '' ? `${scope.recorder.runId}:${scope.path.slice(0, -1)}` : undefined
}

/** The scope that a call of this run is made in. */
export function callerScope(recorder: Recorder): Scope | undefined {
  const scope = currentScope()
  return scope?.recorder === recorder ? scope : undefined
}
