import type { UsageRow } from '@persql/sdk'
import { PRICES } from '@persql/sdk/protocol'
import type { Connection } from '../connection.ts'
import { inRange, type Range, stepsOf } from '../data/range.ts'
import { bytes, compact, usd } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { useAsync } from '../ui/use-async.ts'
import { BarChart } from './bar-chart.tsx'

const DAY = 86_400_000
const GIGABYTE = 1e9

export interface UsageProps {
  readonly connection: Connection
  readonly slug: string
  readonly range: Range
}

/** What the service metered for this database, at the documented prices. */
export function Usage({ connection, slug, range }: UsageProps) {
  const from = new Date(Date.now() - (range - 1) * DAY)
  const usage = useAsync(`${slug} ${range}`, () => connection.persql.usage({ from, database: slug }))
  if (usage.error) return <Problem error={usage.error} onRetry={usage.reload} />
  if (!usage.data) return <div class="card skeleton-card" />
  const rows = usage.data
  const sum = (pick: (row: UsageRow) => number) => rows.reduce((total, row) => total + pick(row), 0)
  const lastDay = rows.at(-1)?.day
  const stored = Math.max(0, ...rows.filter(({ day }) => day === lastDay).map((row) => row.bytesStored))
  const costOf = new Map<string, number>()
  for (const { day, costUsd } of rows) costOf.set(day, (costOf.get(day) ?? 0) + costUsd)
  return (
    <>
      <div class="stats">
        <Stat label="Requests" value={compact(sum((row) => row.requests))} />
        <Stat label="Rows read" value={compact(sum((row) => row.rowsRead))} />
        <Stat label="Rows written" value={compact(sum((row) => row.rowsWritten))} />
        <Stat label="Price of the calls" value={usd(sum((row) => row.costUsd))} />
        <Stat
          label="Stored"
          value={bytes(stored)}
          note={`${usd((stored / GIGABYTE) * PRICES.gigabyteMonth)} a month`}
        />
      </div>
      {range > 1 && (
        <BarChart
          title="Price of the calls"
          summary="sum"
          unit={inRange(range)}
          tone="second"
          format={usd}
          bars={stepsOf(range).map((day) => ({ label: day, value: costOf.get(day) ?? 0 }))}
        />
      )}
    </>
  )
}

export interface StatProps {
  readonly label: string
  readonly value: string
  readonly note?: string
}

export function Stat({ label, value, note }: StatProps) {
  return (
    <div class="stat card">
      <span class="stat-label">{label}</span>
      <span class="stat-value">{value}</span>
      {note && <span class="muted">{note}</span>}
    </div>
  )
}
