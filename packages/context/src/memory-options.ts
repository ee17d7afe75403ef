import type { Ranking } from './recall/ranking.ts'

/**
 * Turns each text into a vector, all of the same length, in the order of the texts. Queries and memories are embedded
 * alike.
 */
export type Embed = (texts: string[]) => Promise<readonly Float32Array[]>

export interface MemoryOptions {
  /** Who remembers, such as the name of an agent: new rows note it. Default: they do not say. */
  readonly source?: string | undefined
  /**
   * Whether the memory makes its tables. Where somebody else does, it never writes anything but data. Default: true.
   */
  readonly createTables?: boolean | undefined
  readonly ranking?: Ranking | undefined
  /** How long a key of working memory is kept, in milliseconds. Default: one day. */
  readonly workingTtl?: number | undefined
  /**
   * The function with which memories are found by meaning as well. Vectors are rows, and each recall reads all of
   * them and compares them exactly: good for some tens of thousands. What was remembered without is embedded by
   * `init()`. Default: none.
   */
  readonly embed?: Embed | undefined
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
}
