import type { TokenPrices } from '@persql/session-core'
import { duration, number } from '../ui/format.ts'
import { amount, sumTokens, type Tokens } from './token-sum.ts'

interface TokenLine {
  readonly key: string
  readonly name: string
  readonly tokens: readonly Tokens[]
}

export interface TokenTableProps {
  /** What the lines are. */
  readonly heading: string
  readonly lines: readonly TokenLine[]
  readonly prices: TokenPrices
}

/** For which a phone has no room. */
const WIDE = new Set(['Requests', 'Cached'])

/** Tokens, time and cost, a line for each. */
export function TokenTable({ heading, lines, prices }: TokenTableProps) {
  const sums = lines.map((line) => ({ ...line, ...sumTokens(line.tokens, prices) }))
  const isTimed = sums.some(({ durationMs }) => durationMs > 0)
  const isPriced = sums.some(({ cost }) => cost !== undefined)
  const headings = [
    'Requests',
    'Input',
    'Cached',
    'Output',
    ...(isTimed ? ['Time'] : []),
    ...(isPriced ? ['Cost'] : []),
  ]
  return (
    <div class="table-scroll used">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{heading}</th>
            {headings.map((one) => (
              <th key={one} scope="col" class={WIDE.has(one) ? 'numeric wide-only' : 'numeric'}>
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sums.map((sum) => (
            <tr key={sum.key}>
              <th scope="row">
                <bdi>{sum.name}</bdi>
              </th>
              <td class="numeric wide-only">{number(sum.requests)}</td>
              <td class="numeric">{number(sum.inputTokens)}</td>
              <td class="numeric wide-only">{number(sum.cachedInputTokens)}</td>
              <td class="numeric">{number(sum.outputTokens)}</td>
              {isTimed && <td class="numeric">{sum.durationMs > 0 ? duration(sum.durationMs) : ''}</td>}
              {isPriced && <td class="numeric">{sum.cost === undefined ? '?' : amount(sum.cost)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
