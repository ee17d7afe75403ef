import type { Connection } from '../connection.ts'
import type { Database } from '../data/database.ts'
import { readActivity, readTotals } from '../data/insights.ts'
import { inRange, RANGES, type Range } from '../data/range.ts'
import { readTools } from '../data/tool-calls.ts'
import { href, navigate, type Query, withQuery } from '../router.ts'
import { foundSessions } from '../sessions/sessions-address.ts'
import { Tokens } from '../tokens/tokens.tsx'
import { Empty } from '../ui/empty.tsx'
import { bytes, number } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Problem } from '../ui/problem.tsx'
import { useAsync } from '../ui/use-async.ts'
import { BarChart } from './bar-chart.tsx'
import { FigureList } from './figure-list.tsx'
import { ToolTable } from './tool-table.tsx'
import { Stat, Usage } from './usage.tsx'

export interface InsightsViewProps {
  readonly database: Database
  readonly connection: Connection
  readonly query: Query
}

export function InsightsView({ database, connection, query }: InsightsViewProps) {
  const range = RANGES.find((days) => String(days) === query['days']) ?? 30
  const setRange = (days: Range) =>
    navigate(withQuery(href(database.slug, 'insights'), { ...query, days: String(days) }), { replace: true })
  return (
    <div class="page">
      <header class="page-head">
        <h1>Insights</h1>
        <fieldset class="segments">
          <legend class="visually-hidden">Time</legend>
          {RANGES.map((days) => (
            <label key={days}>
              <input type="radio" name="range" checked={days === range} onChange={() => setRange(days)} />
              <span>{days === 1 ? '24 h' : `${days} days`}</span>
            </label>
          ))}
        </fieldset>
      </header>
      {database.sessions ? (
        <Figures database={database} range={range} />
      ) : (
        <Empty icon="insights" title="Nothing to show yet">
          Figures appear with the first session.
        </Empty>
      )}
      {database.hasUsage && (
        <>
          <h2 class="section">Tokens</h2>
          <Tokens database={database} range={range} />
        </>
      )}
      {connection.isAdmin && (
        <>
          <h2 class="section">Usage</h2>
          <Usage connection={connection} slug={database.slug} range={range} />
        </>
      )}
    </div>
  )
}

interface FiguresProps {
  readonly database: Database
  readonly range: Range
}

function Figures({ database, range }: FiguresProps) {
  const totals = useAsync('totals', (signal) => readTotals(database, signal))
  const activity = useAsync(String(range), (signal) => readActivity(database, range, signal))
  const tools = useAsync(String(range), (signal) => readTools(database, range, signal))
  const error = totals.error ?? activity.error ?? tools.error
  const reload = () => {
    totals.reload()
    activity.reload()
    tools.reload()
  }
  if (error) return <Problem error={error} onRetry={reload} />
  const unit = inRange(range)
  const linkOf = (at: string) => foundSessions(database.slug, { at })
  return (
    <>
      {totals.data ? (
        <div class="stats">
          <Stat label="Sessions" value={number(totals.data.sessions)} />
          <Stat label="Items" value={number(totals.data.items)} />
          <Stat label="Text of all items" value={bytes(totals.data.itemBytes)} />
          <Stat
            label="Items in a session"
            value={totals.data.sessions === 0 ? '0' : (totals.data.items / totals.data.sessions).toFixed(1)}
            note="on average"
          />
          {totals.data.databaseBytes > 0 && (
            <Stat label="Database" value={bytes(totals.data.databaseBytes)} note="on disk" />
          )}
        </div>
      ) : (
        <div class="card skeleton-card" />
      )}
      {activity.data ? (
        <div class="charts">
          <BarChart
            title="Items"
            summary="sum"
            unit={unit}
            linkOf={linkOf}
            bars={activity.data.buckets.map(({ at, items }) => ({ label: at, value: items }))}
          />
          <BarChart
            title="Active sessions"
            summary="peak"
            unit={range === 1 ? 'at most in an hour' : 'at most in a day'}
            tone="second"
            linkOf={linkOf}
            bars={activity.data.buckets.map(({ at, sessions }) => ({ label: at, value: sessions }))}
          />
        </div>
      ) : (
        <div class="card skeleton-card tall" />
      )}
      <section class="card tools">
        <h2>
          <Icon name="tool" /> Tools{' '}
          <span class="muted">
            {unit}
            {tools.data?.newest !== undefined &&
              `, of the newest ${number(tools.data.newest)} items of tools`}
          </span>
        </h2>
        {tools.data ? (
          <ToolTable database={database.slug} range={range} tools={tools.data.uses} />
        ) : (
          <div class="skeleton-card" />
        )}
      </section>
      <div class="figure-lists">
        {activity.data && (
          <FigureList title={`Busiest ${unit}`} database={database.slug} figures={activity.data.busiest} />
        )}
        {totals.data && (
          <>
            <FigureList title="Longest, by items" database={database.slug} figures={totals.data.longest} />
            <FigureList
              title="Largest"
              database={database.slug}
              figures={totals.data.largest}
              format={bytes}
            />
          </>
        )}
      </div>
    </>
  )
}
