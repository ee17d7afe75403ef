import { useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import { type Approval, listWaiting, readApproval } from '../data/runs.ts'
import { href, navigate } from '../router.ts'
import { Empty } from '../ui/empty.tsx'
import { Fact } from '../ui/fact.tsx'
import { number, plural } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { type Async, useAsync, useInterval } from '../ui/use-async.ts'
import { useShortcuts } from '../ui/use-shortcuts.ts'
import { DecideDialog } from './decide-dialog.tsx'
import { DecisionNote } from './decision.tsx'
import { NoRuns } from './no-runs.tsx'
import { approvalAddressOf, type CallAddress, runsAddressOf } from './runs-address.ts'
import { useWalk } from './use-walk.ts'

const REFRESH_MS = 2000
/** Whoever has more to decide sees the rest as these are done. */
const LIMIT = 200

export interface ApprovalsViewProps {
  readonly database: Database
  /** The call that is shown. */
  readonly open: CallAddress | undefined
  readonly canWrite: boolean
  readonly onTablesMissing: () => void
}

/** The calls that wait for a person's decision, the oldest first. */
export function ApprovalsView({ database, open, canWrite, onTablesMissing }: ApprovalsViewProps) {
  if (!database.hasRuns) return <NoRuns title="Approvals" icon="approval" onTablesMissing={onTablesMissing} />
  return <Inbox database={database} open={open} canWrite={canWrite} />
}

function Inbox({ database, open, canWrite }: Omit<ApprovalsViewProps, 'onTablesMissing'>) {
  const { slug } = database
  const waiting = useAsync('waiting', (signal) => listWaiting(database, LIMIT, signal))
  useInterval(REFRESH_MS, true, waiting.reload)
  const [said, setSaid] = useState('')
  const calls = waiting.data ?? []
  const address = open && approvalAddressOf(slug, open)
  const addresses = calls.map((call) => approvalAddressOf(slug, call))
  useWalk(addresses, address, href(slug, 'approvals'))
  const goOn = (call: Approval) => {
    setSaid(`Decided on ${call.tool}.`)
    const rest = addresses.filter((one) => one !== address)
    const at = address === undefined ? 0 : addresses.indexOf(address)
    navigate(rest[Math.min(at, rest.length - 1)] ?? href(slug, 'approvals'), { replace: true })
    waiting.reload()
  }
  return (
    <div class="sessions" data-open={open !== undefined}>
      <section class="session-list" aria-label="Approvals">
        <header class="list-head">
          <h1>
            Approvals{' '}
            <span class="count">
              {waiting.data && `${number(calls.length)}${calls.length === LIMIT ? '+' : ''}`}
            </span>
          </h1>
        </header>
        {waiting.error && <Problem error={waiting.error} onRetry={waiting.reload} />}
        <div class="list-scroll" tabIndex={0}>
          {waiting.data?.length === 0 && (
            <Empty icon="check" title="Nothing waits for approval">
              A run that needs a decision appears here by itself.
            </Empty>
          )}
          <ul>
            {calls.map((call) => (
              <li key={approvalAddressOf(slug, call)}>
                <a
                  class="session-row"
                  href={approvalAddressOf(slug, call)}
                  aria-current={approvalAddressOf(slug, call) === address ? 'true' : undefined}
                >
                  <span class="session-id">
                    <bdi>{call.tool}</bdi>
                  </span>
                  <Time at={call.askedAt} />
                  <span class="session-preview">
                    <bdi>{call.arguments}</bdi>
                  </span>
                  <span class="tag agent-tag">
                    <bdi>{call.agent}</bdi>
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </div>
        <p class="visually-hidden" role="status">
          {said} {waiting.data && `${plural(calls.length, 'call')} waiting`}
        </p>
      </section>
      {open === undefined ? (
        <div class="nothing-open">
          <Empty icon="approval" title="Pick a call">
            Use <kbd>j</kbd> and <kbd>k</kbd> to walk through the list, <kbd>a</kbd> to approve, <kbd>r</kbd>{' '}
            to reject.
          </Empty>
        </div>
      ) : (
        <OpenCall key={address} database={database} open={open} canWrite={canWrite} onDecided={goOn} />
      )}
    </div>
  )
}

interface OpenCallProps {
  readonly database: Database
  readonly open: CallAddress
  readonly canWrite: boolean
  readonly onDecided: (call: Approval) => void
}

function OpenCall({ database, open, canWrite, onDecided }: OpenCallProps) {
  const { slug } = database
  const call = useAsync('call', (signal) => readApproval(database, open.runId, open.callId, signal))
  const isUndecided = call.data?.decision === undefined
  useInterval(REFRESH_MS, isUndecided, call.reload)
  const [deciding, setDeciding] = useState<'approve' | 'reject'>()
  const [wasLate, setLate] = useState(false)
  const isOpen = call.data !== undefined && mayDecide(call.data)
  // The letter is taken here: otherwise it would be written into the dialog.
  const decide = (how: 'approve' | 'reject') => canWrite && isOpen && setDeciding(how)
  useShortcuts({ approve: () => decide('approve'), reject: () => decide('reject') })
  return (
    <section class="transcript" aria-label={`Call ${open.callId}`}>
      <header class="transcript-head">
        <a class="button quiet back" href={href(slug, 'approvals')} aria-label="Back to the list">
          <Icon name="back" />
        </a>
        <div class="transcript-title">
          <h2 title={call.data?.tool ?? open.callId}>
            <bdi>{call.data?.tool ?? open.callId}</bdi>
          </h2>
          {call.data && (
            <p class="muted facts">
              <span>
                asked <Time at={call.data.askedAt} />
              </span>
              <span>
                <bdi>{call.data.agent}</bdi>
              </span>
            </p>
          )}
        </div>
        {isOpen && canWrite && (
          <span class="decide-buttons">
            <button type="button" title="Reject (r)" onClick={() => setDeciding('reject')}>
              <Icon name="close" /> Reject
            </button>
            <button type="button" class="primary" title="Approve (a)" onClick={() => setDeciding('approve')}>
              <Icon name="check" /> Approve
            </button>
          </span>
        )}
      </header>
      <div class="detail-scroll" tabIndex={0}>
        <CallBody database={database} call={call} canWrite={canWrite} wasLate={wasLate} />
      </div>
      {deciding !== undefined && call.data && (
        <DecideDialog
          database={database}
          call={call.data}
          approve={deciding === 'approve'}
          onDecided={(isOurs) => {
            if (isOurs) onDecided(call.data!)
            else setLate(true)
            call.reload()
          }}
          onClose={() => setDeciding(undefined)}
        />
      )}
    </section>
  )
}

function mayDecide({ decision, run }: Approval): boolean {
  return decision === undefined && run !== 'cancelled' && run !== 'done'
}

interface CallBodyProps {
  readonly database: Database
  readonly call: Async<Approval | undefined>
  readonly canWrite: boolean
  readonly wasLate: boolean
}

function CallBody({ database, call, canWrite, wasLate }: CallBodyProps) {
  const { data, error, isLoading, reload } = call
  if (error) return <Problem error={error} onRetry={reload} />
  if (!data) {
    if (isLoading) return <p class="starting">Reading…</p>
    return (
      <Empty icon="approval" title="No such call">
        The run was deleted, began anew, or never asked for this.
      </Empty>
    )
  }
  const { slug } = database
  const { runId, sessionId, callId, arguments: args, decision, run } = data
  return (
    <div class="detail">
      {wasLate && decision !== undefined && (
        <p class="note-line" role="alert">
          Somebody else decided first. That stands.
        </p>
      )}
      <DecisionNote call={data} />
      {decision === undefined && !mayDecide(data) && (
        <p class="note-line">The run has ended ({run}): nothing waits for this decision any more.</p>
      )}
      {mayDecide(data) && !canWrite && (
        <p class="note-line">You may only read here. Approving and rejecting need the right to write.</p>
      )}
      <h3>Arguments</h3>
      {/^\s*(\{\s*\})?\s*$/.test(args) ? <p class="muted">None</p> : <JsonView value={args} />}
      <dl class="detail-facts">
        <Fact name="Run" value={runId} to={runsAddressOf(slug, { filter: {}, runId })} />
        {sessionId !== undefined && (
          <Fact name="Session" value={sessionId} to={href(slug, 'sessions', sessionId)} />
        )}
        <Fact name="Call" value={callId} />
      </dl>
    </div>
  )
}
