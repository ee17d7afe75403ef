import { StorageError } from '../driver/storage-error.ts'
import type { UsageTotal } from './usage-log.ts'

/** What a model costs, for a million tokens, in any currency. */
export interface TokenPrice {
  readonly input: number
  /** Default: as other input. */
  readonly cachedInput?: number | undefined
  readonly output: number
}

/** By model. A name also stands for those that begin so, as `gpt-5` for `gpt-5-2025-08-07`; the longest one counts. */
export type TokenPrices = Readonly<Record<string, TokenPrice>>

type Tokens = Pick<UsageTotal, 'inputTokens' | 'cachedInputTokens' | 'outputTokens'> & {
  readonly model?: string | undefined
}

const MILLION = 1_000_000

/** What the tokens cost; nothing where the model has no price. */
export function tokenCost(tokens: Tokens, prices: TokenPrices): number | undefined {
  const { model = '', inputTokens, cachedInputTokens, outputTokens } = tokens
  const name = Object.keys(prices)
    .filter((name) => model === name || model.startsWith(`${name}-`))
    .reduce((longest, name) => (name.length > longest.length ? name : longest), '')
  const price = prices[name]
  if (!price) return undefined
  const { input, cachedInput = input, output } = price
  const inputCost = (inputTokens - cachedInputTokens) * input + cachedInputTokens * cachedInput
  return (inputCost + outputTokens * output) / MILLION
}

/** Reads a table of prices from JSON, such as `{ "gpt-5": { "input": 1.25, "cachedInput": 0.125, "output": 10 } }`. */
export function parseTokenPrices(json: string): TokenPrices {
  let prices: unknown
  try {
    prices = JSON.parse(json)
  } catch {
    throw refusal('is not JSON')
  }
  if (!isRecord(prices)) throw refusal('is not an object of models')
  for (const [model, price] of Object.entries(prices)) {
    const isPrice = isRecord(price) && isAmount(price['input']) && isAmount(price['output'])
    if (!isPrice || !(price['cachedInput'] === undefined || isAmount(price['cachedInput']))) {
      throw refusal(`has no price for "${model}"`)
    }
  }
  return prices as unknown as TokenPrices
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function refusal(what: string): StorageError {
  return new StorageError(
    'INVALID_ARGUMENT',
    `The table of prices ${what}. It names models and what a million tokens of each cost, as in {"gpt-5": {"input": 1.25, "cachedInput": 0.125, "output": 10}}.`,
  )
}
