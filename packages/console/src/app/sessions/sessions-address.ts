import { RANGES } from '../data/range.ts'
import type { SessionOrder, SessionSearch } from '../data/session-list.ts'
import type { CallSearch } from '../data/tool-calls.ts'
import { href, type Query, withQuery } from '../router.ts'

/** What the address says about the sessions that are listed, and the one that is shown. */
export interface SessionsAddress {
  readonly search: SessionSearch
  readonly sessionId?: string | undefined
  /** The row that is marked. */
  readonly rowId?: number | undefined
  /** What is looked for in the session. Absent: nothing is. */
  readonly find?: string | undefined
}

export const ORDERS: readonly (readonly [SessionOrder, string])[] = [
  ['activity', 'Latest activity'],
  ['oldest', 'Oldest activity'],
  ['items', 'Most items'],
]

/** Reads what stands behind the view's id. */
export function readAddress(rest: readonly string[], query: Query): SessionsAddress {
  const [sessionId, row] = rest
  const rowId = /^\d+$/.test(row ?? '') ? Number(row) : undefined
  const order = ORDERS.find(([one]) => one === query['order'])?.[0] ?? 'activity'
  const at = /^\d{4}-\d\d-\d\d( \d\d:00)?$/.test(query['at'] ?? '') ? query['at'] : undefined
  const text = query['q'] ?? ''
  const search = { text, inItems: query['in'] === 'messages', order, calls: readCalls(query), at }
  return { search, sessionId, rowId, find: query['find'] }
}

/** How `calls` of an address says which; `any` for all of them. */
function readCalls({ calls, tool, days }: Query): CallSearch | undefined {
  if (calls !== 'failed' && calls !== 'open' && calls !== 'any') return undefined
  const range = RANGES.find((one) => String(one) === days) ?? 30
  return { state: calls === 'any' ? undefined : calls, tool, range }
}

/** The address of the sessions that are found so. */
export function foundSessions(slug: string, search: Partial<SessionSearch>): string {
  return addressOf(slug, { search: { text: '', inItems: false, order: 'activity', ...search } })
}

export function addressOf(slug: string, { search, sessionId, rowId, find }: SessionsAddress): string {
  const { text, inItems, order, calls, at } = search
  const rest = sessionId === undefined ? [] : rowId === undefined ? [sessionId] : [sessionId, rowId]
  return withQuery(href(slug, 'sessions', ...rest), {
    q: text || undefined,
    in: inItems ? 'messages' : undefined,
    order: order === 'activity' ? undefined : order,
    calls: calls && (calls.state ?? 'any'),
    tool: calls?.tool,
    days: calls && String(calls.range),
    at,
    find: sessionId === undefined ? undefined : find,
  })
}
