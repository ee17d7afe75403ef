// biome-ignore-all lint/suspicious/noTsIgnore: Which of the two lines is an error depends on what is installed.

/** @ts-ignore A program may have only the core. */
import type * as Whole from '@openai/agents'
/** @ts-ignore A program may have only the whole, and its core out of sight. */
import type * as Core from '@openai/agents-core'
import { StorageError } from '@persql/session-core'

// A type of a package that is not installed is `any`. The tuples are needed: compared by itself, it stays `any`.
type IsAny<T> = [0] extends [1 & T] ? true : false
type HasWhole = IsAny<Whole.AgentInputItem> extends true ? false : true

/** An item, as the Agents SDK of the program types it: `@openai/agents`, or the core where that is not installed. */
export type AgentInputItem = HasWhole extends true ? Whole.AgentInputItem : Core.AgentInputItem

/** A session, as the Agents SDK of the program types it. */
export type Session = HasWhole extends true ? Whole.Session : Core.Session

// biome-ignore-start lint/suspicious/noExplicitAny: Agents are generic in a context and an output that nothing here looks at.
export type AnyAgent = HasWhole extends true ? Whole.Agent<any, any> : Core.Agent<any, any>
export type Model = HasWhole extends true ? Whole.Model : Core.Model
export type ModelRequest = Parameters<Model['getResponse']>[0]
export type ModelResponse = Awaited<ReturnType<Model['getResponse']>>
export type RunConfig = HasWhole extends true ? Whole.RunConfig : Core.RunConfig
export type NonStreamRunOptions<Context> = HasWhole extends true
  ? Whole.NonStreamRunOptions<Context>
  : Core.NonStreamRunOptions<Context>
export type StreamRunOptions<Context> = HasWhole extends true
  ? Whole.StreamRunOptions<Context>
  : Core.StreamRunOptions<Context>
export type RunResult<Context, A extends AnyAgent> = HasWhole extends true
  ? Whole.RunResult<Context, A>
  : Core.RunResult<Context, A>
export type StreamedRunResult<Context, A extends AnyAgent> = HasWhole extends true
  ? Whole.StreamedRunResult<Context, A>
  : Core.StreamedRunResult<Context, A>
export type FunctionTool = HasWhole extends true
  ? Whole.FunctionTool<any, any, any>
  : Core.FunctionTool<any, any, any>
// biome-ignore-end lint/suspicious/noExplicitAny: as above

/** What is used of the Agents SDK at run time. */
export type AgentsSdk = typeof Core

let loading: Promise<AgentsSdk> | undefined

/** The Agents SDK of the program, loaded when the first run begins: sessions need nothing of it but its types. */
export function loadAgentsSdk(): Promise<AgentsSdk> {
  loading ??= import('@openai/agents')
    .catch(() => import('@openai/agents-core'))
    .catch((cause: unknown) => {
      loading = undefined
      throw new StorageError(
        'DRIVER_NOT_INSTALLED',
        'Runs need the Agents SDK. Install @openai/agents, or @openai/agents-core.',
        { cause },
      )
    }) as Promise<AgentsSdk>
  return loading
}
