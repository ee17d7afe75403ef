import { median, medianRatio } from '../median.ts'
import { atLeast, atMost, type SpeedPromise } from '../speed-promise.ts'
import { ABSENT, rounded, table, time } from '../table.ts'
import { type MemorySpeed, REMEMBER } from './memory-speed.ts'
import { MATCH_ANY, RECALL, type RecallQuality } from './recall-quality.ts'

/** What one run found out about memory. */
export interface MemoryResults {
  readonly speed?: MemorySpeed | undefined
  readonly quality?: RecallQuality | undefined
}

export function memoryTables({ speed, quality }: MemoryResults): readonly string[] {
  return [...(speed ? [speedTable(speed)] : []), ...(quality ? [qualityTable(quality)] : [])]
}

function speedTable(speed: MemorySpeed): string {
  const rows = Object.entries(speed).map(([title, { byContext, byHand, small }]) => [
    title,
    `1 (${time(median(byHand))})`,
    rounded(medianRatio(byContext, byHand)),
    small ? rounded(medianRatio(byContext, small)) : ABSENT,
  ])
  return table(
    ['memory, 100,000 facts', 'SQL by hand', '@persql/context', 'the same against 1,000 facts'],
    rows,
  )
}

function qualityTable(quality: RecallQuality): string {
  const systems = Object.entries(quality)
  const languages = Object.keys(quality[RECALL] ?? {})
  const header = ['recall@5 / MRR', 'queries', ...systems.map(([name]) => name)]
  const rows = languages.map((language) => [
    language,
    String(quality[RECALL]?.[language]?.queries),
    ...systems.map(([, byLanguage]) => {
      const { recallAt5 = 0, reciprocalRank = 0 } = byLanguage[language] ?? {}
      return `${recallAt5.toFixed(2)} / ${reciprocalRank.toFixed(2)}`
    }),
  ])
  return table(header, rows)
}

export function memoryPromises({ speed = {}, quality = {} }: MemoryResults): readonly SpeedPromise[] {
  const recalls = Object.entries(speed).filter(([title]) => title !== REMEMBER)
  const worst = (ratios: readonly number[]) => (ratios.length === 0 ? undefined : Math.max(...ratios))
  const remember = speed[REMEMBER]
  const growth = recalls.flatMap(([, { byContext, small }]) => (small ? [medianRatio(byContext, small)] : []))
  const { recallAt5, reciprocalRank } = quality[RECALL]?.['all'] ?? {}
  const { recallAt5: baselineRecall = 0, reciprocalRank: baselineRank = 0 } =
    quality[MATCH_ANY]?.['all'] ?? {}
  return [
    atMost(
      'remember among 100,000 facts',
      'at most 1.5 times SQL by hand',
      remember && medianRatio(remember.byContext, remember.byHand),
      1.5,
    ),
    atMost(
      'recall among 100,000 facts, the slowest kind of text',
      'at most 1.5 times SQL by hand',
      worst(recalls.map(([, { byContext, byHand }]) => medianRatio(byContext, byHand))),
      1.5,
    ),
    atMost('recall among 100,000 facts, to among 1,000', 'at most 5 times', worst(growth), 5),
    atLeast(
      'recall@5 of what people ask',
      `at least as ${MATCH_ANY}: ${rounded(baselineRecall)}`,
      recallAt5,
      baselineRecall,
    ),
    atLeast(
      'MRR of what people ask',
      `at least as ${MATCH_ANY}: ${rounded(baselineRank)}`,
      reciprocalRank,
      baselineRank,
    ),
  ]
}
