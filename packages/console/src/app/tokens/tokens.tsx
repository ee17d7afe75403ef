import { useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import { inRange, type Range, stepsOf } from '../data/range.ts'
import { readTokenUsage, type TokenUsage } from '../data/token-usage.ts'
import { BarChart } from '../insights/bar-chart.tsx'
import { FigureList } from '../insights/figure-list.tsx'
import { Stat } from '../insights/usage.tsx'
import { download, toCsv } from '../sql/export.ts'
import { compact, duration, number } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Problem } from '../ui/problem.tsx'
import { useAsync } from '../ui/use-async.ts'
import { usePrices } from './prices.ts'
import { PricesDialog } from './prices-dialog.tsx'
import { amount, sumTokens, tokensByKey, tokenTable } from './token-sum.ts'
import { TokenTable } from './token-table.tsx'

const SESSIONS = 6

export interface TokensProps {
  readonly database: Database
  readonly range: Range
}

/** What the sessions used of models, and what that cost. */
export function Tokens({ database, range }: TokensProps) {
  const used = useAsync(String(range), () => readTokenUsage(database, range))
  if (used.error) return <Problem error={used.error} onRetry={used.reload} />
  if (!used.data) return <div class="card skeleton-card" />
  if (used.data.models.length === 0) {
    return (
      <p class="card muted">
        No request to a model is recorded {inRange(range)}. <code>session.recordUsage(result)</code> after a
        run records what it used.
      </p>
    )
  }
  return <UsedTokens database={database} range={range} used={used.data} />
}

function UsedTokens({ database, range, used }: TokensProps & { readonly used: TokenUsage }) {
  const unit = inRange(range)
  const prices = usePrices()
  const [isPricing, setPricing] = useState(false)
  const total = sumTokens(used.models, prices)
  const ofDays = tokensByKey(used.days)
  const most = [...tokensByKey(used.sessions)]
    .map(([id, count]) => ({ id, count }))
    .sort((a, b) => b.count - a.count)
  const save = () => {
    const lines = used.sessions.map((one) => [[one.key], one] as const)
    download('tokens.csv', 'text/csv', toCsv(tokenTable(['session_id'], lines, prices)))
  }
  return (
    <>
      <div class="stats">
        <Stat label="Requests to models" value={compact(total.requests)} />
        <Stat
          label="Input tokens"
          value={compact(total.inputTokens)}
          note={`${compact(total.cachedInputTokens)} of them cached`}
        />
        <Stat
          label="Output tokens"
          value={compact(total.outputTokens)}
          note={`${compact(total.reasoningTokens)} of them reasoning`}
        />
        {total.durationMs > 0 && <Stat label="Time of models" value={duration(total.durationMs)} />}
        {total.cost !== undefined && (
          <Stat
            label="Cost"
            value={amount(total.cost)}
            {...(total.isPartial && { note: 'without models that have no price' })}
          />
        )}
      </div>
      {range > 1 && (
        <BarChart
          title="Tokens"
          summary="sum"
          unit={unit}
          bars={stepsOf(range).map((day) => ({ label: day, value: ofDays.get(day) ?? 0 }))}
        />
      )}
      <section class="card tools">
        <h2>
          <Icon name="insights" /> Models <span class="muted">{unit}</span>
        </h2>
        <TokenTable
          heading="Model"
          lines={used.models.map((one) => ({
            key: one.model ?? '',
            name: one.model ?? 'Unknown',
            tokens: [one],
          }))}
          prices={prices}
        />
        <div class="buttons">
          <button type="button" onClick={() => setPricing(true)}>
            Prices
          </button>
          <button type="button" aria-label="Tokens of each session as CSV" onClick={save}>
            CSV
          </button>
        </div>
      </section>
      <div class="figure-lists">
        <FigureList
          title={`Most tokens ${unit}`}
          database={database.slug}
          figures={most.slice(0, SESSIONS)}
          format={number}
        />
      </div>
      {isPricing && (
        <PricesDialog
          prices={prices}
          models={used.models.flatMap(({ model }) => (model === undefined ? [] : [model]))}
          onClose={() => setPricing(false)}
        />
      )}
    </>
  )
}
