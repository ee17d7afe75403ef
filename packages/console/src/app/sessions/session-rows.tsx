import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import type { SessionRow } from '../data/session-list.ts'
import { currentRoute, entryState, navigate, setEntryState } from '../router.ts'
import { Empty } from '../ui/empty.tsx'
import { compact, number, plural } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { useInterval } from '../ui/use-async.ts'
import { useShortcuts } from '../ui/use-shortcuts.ts'
import { useVirtual } from '../ui/use-virtual.ts'
import { addressOf, type SessionsAddress } from './sessions-address.ts'
import { useSessionPages } from './use-session-pages.ts'

const ROW_HEIGHT = 62
const REFRESH_MS = 5000

export interface SessionRowsProps {
  readonly database: Database
  readonly address: SessionsAddress
  readonly onTotal: (total: string) => void
}

/** All sessions, or those whose ids hold a text. */
export function SessionRows({ database, address, onTotal }: SessionRowsProps) {
  const { search, sessionId: selected } = address
  const { rows, total, error, isLoading, loadMore, reload } = useSessionPages(database, search)
  const scroller = useRef<HTMLDivElement>(null)
  useEffect(() => onTotal(total === undefined ? '' : number(total)), [total])
  const virtual = useVirtual({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  })
  const items = virtual.getVirtualItems()
  const lastIndex = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (rows.length > 0 && lastIndex >= rows.length - 20) loadMore()
  }, [lastIndex, rows.length, loadMore])
  // What is new shows at the top, so nothing moves under the eyes of somebody who has scrolled.
  useLayoutEffect(() => {
    const top = entryState<number>('list')
    if (scroller.current && top !== undefined) scroller.current.scrollTop = top
  }, [])
  useEffect(() => {
    if (!virtual.isScrolling && rows.length > 0) setEntryState('list', virtual.scrollOffset || undefined)
  }, [virtual.isScrolling])
  useInterval(REFRESH_MS, search.order === 'activity' || error !== undefined, () =>
    (scroller.current?.scrollTop ?? 0) < ROW_HEIGHT ? reload() : undefined,
  )
  const toSession = (sessionId: string) => addressOf(database.slug, { search, sessionId })
  const walk = (step: number) => {
    const [open] = currentRoute().rest
    const next = rows[rows.findIndex(({ id }) => id === open) + step]
    if (!next) return
    virtual.scrollToIndex(rows.indexOf(next))
    // Walking on from a session is one step back, however far it went.
    navigate(toSession(next.id), { replace: open !== undefined })
  }
  useShortcuts({ next: () => walk(1), previous: () => walk(-1) })
  return (
    <>
      {error && <Problem error={error} onRetry={reload} />}
      <div class="list-scroll" ref={scroller} tabIndex={0}>
        {rows.length === 0 && !isLoading && !error && (
          <Empty icon="search" title={search.text ? 'Nothing found' : 'No sessions yet'}>
            {search.text ? 'Only ids were searched. Switch on “In messages” to look inside.' : ''}
          </Empty>
        )}
        <ul class="virtual" style={{ height: `${virtual.getTotalSize()}px` }}>
          {items.map(({ index, start }) => (
            <Row
              key={rows[index]!.id}
              row={rows[index]!}
              href={toSession(rows[index]!.id)}
              isSelected={rows[index]!.id === selected}
              position={index + 1}
              total={total ?? -1}
              start={start}
            />
          ))}
        </ul>
      </div>
      <p class="visually-hidden" role="status">
        {isLoading ? 'Loading sessions' : total === undefined ? '' : plural(total, 'session')}
      </p>
    </>
  )
}

interface RowProps {
  readonly row: SessionRow
  readonly href: string
  readonly isSelected: boolean
  readonly position: number
  readonly total: number
  readonly start: number
}

function Row({ row, href, isSelected, position, total, start }: RowProps) {
  return (
    <li style={{ transform: `translateY(${start}px)` }} aria-posinset={position} aria-setsize={total}>
      <a class="session-row" href={href} aria-current={isSelected ? 'true' : undefined}>
        <span class="session-id">{row.id}</span>
        <Time at={row.updatedAt} />
        <span class="session-preview">{row.preview || <i>No text</i>}</span>
        <span class="tag" title={plural(row.itemCount, 'item')}>
          {compact(row.itemCount)}
        </span>
      </a>
    </li>
  )
}
