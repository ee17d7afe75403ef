import { type TokenPrices, tokenCost, type UsageTotal } from '@persql/session-core'
import type { Table } from '../sql/export.ts'

/** What one or more requests used. */
export type Tokens = Omit<UsageTotal, 'key' | 'model'> & { readonly model?: string | undefined }

/** The sum of some, with what those cost that have a price. */
export type TokenSum = Tokens & {
  /** Absent where none has a price. */
  readonly cost: number | undefined
  /** Whether some have no price. */
  readonly isPartial: boolean
}

const COUNTS = [
  'requests',
  'inputTokens',
  'cachedInputTokens',
  'outputTokens',
  'reasoningTokens',
  'durationMs',
] as const

export function sumTokens(all: readonly Tokens[], prices: TokenPrices): TokenSum {
  const sums = Object.fromEntries(
    COUNTS.map((key) => [key, all.reduce((sum, one) => sum + one[key], 0)]),
  ) as Record<(typeof COUNTS)[number], number>
  const costs = all.map((one) => tokenCost(one, prices))
  const known = costs.filter((cost) => cost !== undefined)
  const cost = known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0)
  return { ...sums, cost, isPartial: known.length < costs.length }
}

/** Input and output together, by what they were summed by. */
export function tokensByKey(totals: readonly UsageTotal[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const { key, inputTokens, outputTokens } of totals) {
    sums.set(key, (sums.get(key) ?? 0) + inputTokens + outputTokens)
  }
  return sums
}

/** An amount in the currency of the prices, whatever that is. */
export function amount(cost: number): string {
  return cost.toLocaleString('en', { maximumFractionDigits: cost < 1 ? 4 : 2 })
}

/** For a spreadsheet: a line for each, behind what it belongs to. */
export function tokenTable(
  keys: readonly string[],
  lines: readonly (readonly [key: readonly (string | number)[], tokens: Tokens])[],
  prices: TokenPrices,
): Table {
  const columns = [...keys, 'model', 'requests', 'input_tokens', 'cached_tokens', 'output_tokens']
  return {
    columns: [...columns, 'reasoning_tokens', 'duration_ms', 'cost'],
    rows: lines.map(([key, tokens]) => [
      ...key,
      tokens.model ?? '',
      ...COUNTS.map((count) => tokens[count]),
      tokenCost(tokens, prices) ?? null,
    ]),
  }
}
