import type { SeedSession } from '../database-files.ts'

/** One slice of a round: the same operation, once for each session id. */
export interface Job {
  /**
   * `turn`: makes a session object, reads everything, appends four items. `append` and `latest` (reads the newest
   * 20 items) use one session object for the whole slice. `read` reads everything.
   */
  readonly operation: 'turn' | 'append' | 'latest' | 'read'
  /** What happened just before, outside the time: the process began, or another one appended a turn to the session. */
  readonly after?: 'start' | 'other'
  readonly sessionIds: readonly string[]
  /** How many items each read must find; absent where that differs. */
  readonly expected?: number
  /** Takes the appended items back after each sample, outside its time. */
  readonly undo: boolean
}

/** What the sessions hold before the first job. */
export interface Seed {
  readonly sessions: readonly SeedSession[]
  /** A database with the session tables and these sessions. */
  readonly file: string
  /** No job writes, so nobody needs a copy of the file. */
  readonly readOnly: boolean
  readonly folder: string
}

export interface System {
  readonly name: string
  /** What an acknowledged append survives. */
  readonly durability: string
  readonly versions: Readonly<Record<string, string>>
  /** Why it takes no part in this workload; `undefined` where it does. */
  unable?(workload: string): string | undefined
  open(seed: Seed): Promise<Contestant>
  /** How writer processes share one file of it; absent where they cannot. */
  readonly shared?: SharedFile
  close?(): Promise<void>
}

export interface SharedFile {
  /** Starts a process that speaks as `writer.ts` does. */
  readonly writer: readonly [command: string, ...args: string[]]
  /** The ids of all items of the session, in order. */
  readIds(file: string, sessionId: string): Promise<readonly string[]>
}

/** A system that cannot take part on this machine. */
export interface SkippedSystem {
  readonly name: string
  readonly skipped: string
}

export function takesPart(system: System | SkippedSystem): system is System {
  return !('skipped' in system)
}

export interface Contestant {
  /** The time of each sample, in milliseconds. */
  run(job: Job): Promise<readonly number[]>
  close(): void | Promise<void>
}
