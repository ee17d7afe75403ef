import type { SessionOrder, SessionSearch } from '../data/session-list.ts'
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
  const search = { text: query['q'] ?? '', inItems: query['in'] === 'messages', order }
  return { search, sessionId, rowId, find: query['find'] }
}

export function addressOf(slug: string, { search, sessionId, rowId, find }: SessionsAddress): string {
  const { text, inItems, order } = search
  const rest = sessionId === undefined ? [] : rowId === undefined ? [sessionId] : [sessionId, rowId]
  return withQuery(href(slug, 'sessions', ...rest), {
    q: text || undefined,
    in: inItems ? 'messages' : undefined,
    order: order === 'activity' ? undefined : order,
    find: sessionId === undefined ? undefined : find,
  })
}
