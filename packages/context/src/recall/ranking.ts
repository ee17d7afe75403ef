import { checkWeight } from '../arguments/check-number.ts'
import type { MemoryKind } from '../memory.ts'

/**
 * How recall orders what fits: by `relevance × kind × (1 + recency × halfLife ÷ (halfLife + age))`. The relevance is
 * BM25, where a word counts three times in a name, twice in a description or title, once in a body.
 */
export interface Ranking {
  /** How much more the newest memory counts than the oldest: 0.25 is a quarter more. Default: 0.25. */
  readonly recency?: number | undefined
  /** After how many days half of what `recency` adds is gone. Default: 30. */
  readonly halfLifeDays?: number | undefined
  /** How much facts and episodes count. Default: 1 for both. */
  readonly kinds?: { readonly [Kind in MemoryKind]?: number | undefined } | undefined
}

export interface ResolvedRanking {
  readonly recency: number
  /** The `halfLifeDays` in milliseconds. */
  readonly halfLife: number
  readonly kinds: Readonly<Record<MemoryKind, number>>
}

const DAY = 24 * 60 * 60 * 1000

export function resolveRanking({
  recency = 0.25,
  halfLifeDays = 30,
  kinds = {},
}: Ranking = {}): ResolvedRanking {
  return {
    recency: checkWeight('ranking.recency', recency),
    // A number with a fraction, so that SQLite does not divide whole numbers.
    halfLife: checkWeight('ranking.halfLifeDays', halfLifeDays) * DAY + 0.5,
    kinds: {
      fact: checkWeight('ranking.kinds.fact', kinds.fact ?? 1),
      episode: checkWeight('ranking.kinds.episode', kinds.episode ?? 1),
    },
  }
}
