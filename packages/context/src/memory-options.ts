import type { Ranking } from './recall/ranking.ts'

/**
 * Turns each text into a vector, all of the same length, in the order of the texts. Queries and memories are embedded
 * alike.
 */
export type Embed = (texts: string[]) => Promise<readonly Float32Array[]>

export interface MemoryOptions {
  /** Who remembers, noted in new rows: the name of an agent, say. */
  readonly source?: string | undefined
  /** False where somebody else makes the tables; then nothing but data is ever written. Default: true. */
  readonly createTables?: boolean | undefined
  readonly ranking?: Ranking | undefined
  /** How long working memory is kept, in milliseconds. Default: one day. */
  readonly workingTtl?: number | undefined
  /**
   * Finds memories by meaning as well. Vectors are rows, and each recall reads all of them and compares them exactly:
   * good for some tens of thousands. What was remembered without is embedded by `init()`. Default: none.
   */
  readonly embed?: Embed | undefined
  /** The time. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
}
