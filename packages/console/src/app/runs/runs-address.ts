import { RUN_STATES, type RunFilter } from '../data/runs.ts'
import { href, type Query, withQuery } from '../router.ts'

/** What the address says about the runs that are listed, and the one that is shown. */
export interface RunsAddress {
  readonly filter: RunFilter
  readonly runId?: string | undefined
}

/** Reads what stands behind the view's id. */
export function readRunsAddress([runId]: readonly string[], query: Query): RunsAddress {
  const state = RUN_STATES.find((one) => one === query['status'])
  return { filter: { state, sessionId: query['session'] }, runId }
}

export function runsAddressOf(slug: string, { filter, runId }: RunsAddress): string {
  const { state, sessionId } = filter
  return withQuery(href(slug, 'runs', ...(runId === undefined ? [] : [runId])), {
    status: state,
    session: sessionId,
  })
}

/** A call that waits, or has a decision. */
export interface CallAddress {
  readonly runId: string
  readonly callId: string
}

export function approvalAddressOf(slug: string, { runId, callId }: CallAddress): string {
  return href(slug, 'approvals', runId, callId)
}
