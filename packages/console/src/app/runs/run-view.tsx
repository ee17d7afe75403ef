import type { Database } from '../data/database.ts'
import { type Approval, type RunDetails, type RunFilter, readRun } from '../data/runs.ts'
import { href } from '../router.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Fact } from '../ui/fact.tsx'
import { dateTime, plural } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { useAsync, useInterval } from '../ui/use-async.ts'
import { DecisionNote } from './decision.tsx'
import { approvalAddressOf, runsAddressOf } from './runs-address.ts'
import { StateTag } from './state-tag.tsx'
import { Timeline } from './timeline.tsx'
import { elapsed } from './timeline-layout.ts'

const REFRESH_MS = 2000

export interface RunViewProps {
  readonly database: Database
  readonly runId: string
  /** Of the list that it goes back to. */
  readonly filter: RunFilter
}

/** A run with its steps, which follows it while it goes on. */
export function RunView({ database, runId, filter }: RunViewProps) {
  const {
    data: run,
    error,
    isLoading,
    reload,
  } = useAsync(runId, (signal) => readRun(database, runId, signal))
  const isOver = run !== undefined && (run.state === 'done' || run.state === 'cancelled')
  useInterval(REFRESH_MS, !isOver, reload)
  return (
    <section class="transcript" aria-label={`Run ${runId}`}>
      <header class="transcript-head">
        <a
          class="button quiet back"
          href={runsAddressOf(database.slug, { filter })}
          aria-label="Back to the list"
        >
          <Icon name="back" />
        </a>
        <div class="transcript-title">
          <h2 title={runId}>
            <bdi>{runId}</bdi>
          </h2>
          {run && (
            <p class="muted facts">
              <span>
                began <Time at={run.createdAt} />
              </span>
              <span>{plural(run.steps.length, 'step')}</span>
              {run.attempts > 1 && <span>{plural(run.attempts, 'attempt')}</span>}
            </p>
          )}
        </div>
        {run && <StateTag state={run.state} />}
        <CopyButton text={runId} label="Copy id" />
      </header>
      <div class="detail-scroll" tabIndex={0}>
        {error && <Problem error={error} onRetry={reload} />}
        {!run && isLoading && <p class="starting">Reading…</p>}
        {!run && !isLoading && !error && (
          <Empty icon="play" title="No such run">
            It was deleted or pruned, or there never was one with this id.
          </Empty>
        )}
        {run && <RunBody database={database} run={run} />}
      </div>
    </section>
  )
}

interface RunBodyProps {
  readonly database: Database
  readonly run: RunDetails
}

function RunBody({ database, run }: RunBodyProps) {
  const { approvals, input, output, error } = run
  return (
    <div class="detail wide">
      {error !== undefined && <Problem error={new Error(error)} />}
      {run.state === 'lost' && (
        <p class="note-line">
          The process that worked on it has died. A worker, or the same call again, goes on with it.
        </p>
      )}
      <Facts slug={database.slug} run={run} />
      {approvals.length > 0 && (
        <section>
          <h3>Approvals</h3>
          <ul class="calls">
            {approvals.map((call) => (
              <li key={call.callId}>
                <Call slug={database.slug} call={call} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3>Steps</h3>
        <Timeline database={database} run={run} />
      </section>
      {output !== undefined && (
        <section>
          <h3>Output</h3>
          <JsonView value={output} />
        </section>
      )}
      <section>
        <h3>Input</h3>
        <JsonView value={input} />
      </section>
    </div>
  )
}

function Call({ slug, call }: { readonly slug: string; readonly call: Approval }) {
  return (
    <>
      <a class="call-link" href={approvalAddressOf(slug, call)}>
        <Icon name="approval" />
        <code>
          <bdi>{call.tool}</bdi>
        </code>
        <span class="tool-args">
          <bdi>{call.arguments.slice(0, 300)}</bdi>
        </span>
        {call.decision === undefined && <span class="tag warn">waits</span>}
      </a>
      <DecisionNote call={call} />
    </>
  )
}

function Facts({ slug, run }: { readonly slug: string; readonly run: RunDetails }) {
  const { sessionId, firstAgent, agent, owner, codeVersion, restarts, createdAt, updatedAt } = run
  const took = elapsed(updatedAt.getTime() - createdAt.getTime())
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Agent', firstAgent === agent ? agent : `${firstAgent} → ${agent}`],
    ['Owner', owner],
    ['Code version', codeVersion],
    ['Restarts', restarts === 0 ? undefined : String(restarts)],
    ['Began', dateTime(createdAt)],
    ['Last activity', `${dateTime(updatedAt)}, ${took} later`],
  ]
  return (
    <dl class="detail-facts">
      {sessionId !== undefined && (
        <Fact name="Session" value={sessionId} to={href(slug, 'sessions', sessionId)} />
      )}
      {facts.map(
        ([name, value]) =>
          value !== undefined && value !== '' && <Fact key={name} name={name} value={value} />,
      )}
    </dl>
  )
}
