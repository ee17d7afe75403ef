import type { NonStreamRunOptions, RunConfig, StreamRunOptions } from '../agents-sdk.ts'
import type { PerSQLSession } from '../persql-session.ts'

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
   * `restart` begins anew, tools that were called included; a run that is streamed is then handed out once it is past what
   * was recorded. Default: it rejects with `RUN_DIVERGED`, and the run stays as it was.
   */
  readonly onDivergence?: 'restart' | 'continue' | undefined
}

type Given<Options> = Omit<Options, 'session'> & DurableOptions & Partial<RunConfig>

/** As for `run` of the Agents SDK, with the options of its `Runner`, and those of {@link DurableOptions}. */
export type DurableRunOptions<Context = undefined> = Given<NonStreamRunOptions<Context>>
export type StreamedDurableRunOptions<Context = undefined> = Given<StreamRunOptions<Context>>
