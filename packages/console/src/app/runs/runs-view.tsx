import { useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import { listRuns, RUN_STATES, type RunRow, type RunState } from '../data/runs.ts'
import { navigate } from '../router.ts'
import { Empty } from '../ui/empty.tsx'
import { number, plural } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { useAsync, useInterval } from '../ui/use-async.ts'
import { NoRuns } from './no-runs.tsx'
import { RunView } from './run-view.tsx'
import { type RunsAddress, runsAddressOf } from './runs-address.ts'
import { StateTag } from './state-tag.tsx'
import { useWalk } from './use-walk.ts'

const REFRESH_MS = 3000
const PAGE = 100

export interface RunsViewProps {
  readonly database: Database
  readonly address: RunsAddress
  readonly onTablesMissing: () => void
}

/** The runs of a database beside the one that is open; one of the two where there is no room for both. */
export function RunsView({ database, address, onTablesMissing }: RunsViewProps) {
  if (!database.hasRuns) return <NoRuns title="Runs" icon="play" onTablesMissing={onTablesMissing} />
  const { runId } = address
  return (
    <div class="sessions" data-open={runId !== undefined}>
      <RunList database={database} address={address} />
      {runId === undefined ? (
        <div class="nothing-open">
          <Empty icon="play" title="Pick a run">
            Use <kbd>j</kbd> and <kbd>k</kbd> to walk through the list.
          </Empty>
        </div>
      ) : (
        <RunView key={runId} database={database} runId={runId} filter={address.filter} />
      )}
    </div>
  )
}

function RunList({ database, address }: Omit<RunsViewProps, 'onTablesMissing'>) {
  const { filter, runId } = address
  const { slug } = database
  const [pages, setPages] = useState(1)
  const limit = pages * PAGE
  const list = useAsync(`${filter.state} ${filter.sessionId}`, (signal) =>
    listRuns(database, filter, limit, signal),
  )
  useInterval(REFRESH_MS, true, list.reload)
  const runs = list.data?.runs ?? []
  const toRun = (id: string) => runsAddressOf(slug, { filter, runId: id })
  useWalk(
    runs.map(({ id }) => toRun(id)),
    runId === undefined ? undefined : toRun(runId),
    runsAddressOf(slug, { filter }),
  )
  const choose = (state: RunState | undefined) =>
    navigate(runsAddressOf(slug, { filter: { ...filter, state }, runId }), { replace: true })
  return (
    <section class="session-list" aria-label="Runs">
      <header class="list-head">
        <h1>
          Runs{' '}
          <span class="count">{list.data && `${number(runs.length)}${list.data.hasMore ? '+' : ''}`}</span>
        </h1>
        <select
          class="quiet"
          aria-label="Status"
          value={filter.state ?? ''}
          onChange={(event) => choose((event.currentTarget.value || undefined) as RunState | undefined)}
        >
          <option value="">All</option>
          {RUN_STATES.map((state) => (
            <option key={state} value={state}>
              {state[0]!.toUpperCase() + state.slice(1)}
            </option>
          ))}
        </select>
      </header>
      {filter.sessionId !== undefined && (
        <p class="list-filter">
          <span>
            Of session <bdi>{filter.sessionId}</bdi>
          </span>
          <a
            class="button quiet"
            href={runsAddressOf(slug, { filter: { state: filter.state }, runId })}
            aria-label="Show the runs of all sessions"
          >
            <Icon name="close" />
          </a>
        </p>
      )}
      {list.error && <Problem error={list.error} onRetry={list.reload} />}
      <div class="list-scroll" tabIndex={0}>
        {list.data && runs.length === 0 && <Empty icon="play" title="No such runs" />}
        <ul>
          {runs.map((run) => (
            <Row key={run.id} run={run} href={toRun(run.id)} isOpen={run.id === runId} />
          ))}
        </ul>
        {list.data?.hasMore && (
          <button
            type="button"
            class="link search-on"
            onClick={() => {
              setPages(pages + 1)
              list.reload()
            }}
          >
            Older runs
          </button>
        )}
      </div>
      <p class="visually-hidden" role="status">
        {list.data ? plural(runs.length, 'run') : 'Loading runs'}
      </p>
    </section>
  )
}

interface RowProps {
  readonly run: RunRow
  readonly href: string
  readonly isOpen: boolean
}

function Row({ run, href, isOpen }: RowProps) {
  return (
    <li>
      <a class="session-row" href={href} aria-current={isOpen ? 'true' : undefined}>
        <span class="session-id">
          <bdi>{run.id}</bdi>
        </span>
        <Time at={run.createdAt} />
        <span class="session-preview">
          <bdi>{run.agent || 'No agent'}</bdi>
          {run.sessionId !== undefined && (
            <>
              {' · '}
              <bdi>{run.sessionId}</bdi>
            </>
          )}
        </span>
        <StateTag state={run.state} />
      </a>
    </li>
  )
}
