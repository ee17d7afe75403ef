import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import {
  listSessions,
  type SessionOrder,
  type SessionPage,
  type SessionRow,
  type SessionSearch,
} from '../data/session-list.ts'
import { currentRoute, href } from '../router.ts'
import { Empty } from '../ui/empty.tsx'
import { compact, number, plural } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { useInterval } from '../ui/use-async.ts'
import { isTyping, useKeys } from '../ui/use-keys.ts'
import { useVirtual } from '../ui/use-virtual.ts'

const ROW_HEIGHT = 62
const DEBOUNCE_MS = 200
const REFRESH_MS = 5000

const ORDERS: readonly (readonly [SessionOrder, string])[] = [
  ['activity', 'Latest activity'],
  ['oldest', 'Oldest activity'],
  ['items', 'Most items'],
]

export interface SessionListProps {
  readonly database: Database
  readonly selected: string | undefined
}

export function SessionList({ database, selected }: SessionListProps) {
  const [search, setSearch] = useState<SessionSearch>({ text: '', inItems: false, order: 'activity' })
  const { rows, total, error, isLoading, loadMore, reload } = usePages(database, search)
  const scroller = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)
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
  useInterval(REFRESH_MS, search.order === 'activity' && !search.inItems, () =>
    (scroller.current?.scrollTop ?? 0) < ROW_HEIGHT ? reload() : undefined,
  )
  useKeys((event) => {
    if (event.key === 'Escape' && selected !== undefined && !isTyping(event)) {
      location.hash = href(database.slug, 'sessions')
    }
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === '/') {
      event.preventDefault()
      input.current?.focus()
    }
    if (event.key !== 'j' && event.key !== 'k') return
    const [open] = currentRoute().rest
    const index = rows.findIndex(({ id }) => id === open)
    const next = rows[index + (event.key === 'j' ? 1 : -1)]
    if (!next) return
    virtual.scrollToIndex(rows.indexOf(next))
    location.hash = href(database.slug, 'sessions', next.id)
  })
  return (
    <section class="session-list" aria-label="Sessions">
      <header class="list-head">
        <h1>
          Sessions <span class="count">{total === undefined ? '' : number(total)}</span>
        </h1>
        <select
          class="quiet"
          aria-label="Order"
          value={search.order}
          onChange={(event) => setSearch({ ...search, order: event.currentTarget.value as SessionOrder })}
        >
          {ORDERS.map(([order, label]) => (
            <option key={order} value={order}>
              {label}
            </option>
          ))}
        </select>
      </header>
      <SearchBox inputRef={input} search={search} onSearch={setSearch} />
      {error && <Problem error={error} onRetry={reload} />}
      <div class="list-scroll" ref={scroller} tabIndex={0}>
        {rows.length === 0 && !isLoading && !error && (
          <Empty icon="search" title={search.text ? 'Nothing found' : 'No sessions yet'}>
            {search.text && !search.inItems
              ? 'Only ids were searched. Switch on “In messages” to look inside.'
              : ''}
          </Empty>
        )}
        <ul class="virtual" style={{ height: `${virtual.getTotalSize()}px` }}>
          {items.map(({ index, start }) => (
            <Row
              key={rows[index]!.id}
              row={rows[index]!}
              database={database.slug}
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
    </section>
  )
}

interface RowProps {
  readonly row: SessionRow
  readonly database: string
  readonly isSelected: boolean
  readonly position: number
  readonly total: number
  readonly start: number
}

function Row({ row, database, isSelected, position, total, start }: RowProps) {
  return (
    <li style={{ transform: `translateY(${start}px)` }} aria-posinset={position} aria-setsize={total}>
      <a
        class="session-row"
        href={href(database, 'sessions', row.id)}
        aria-current={isSelected ? 'true' : undefined}
      >
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

interface SearchBoxProps {
  readonly inputRef: { current: HTMLInputElement | null }
  readonly search: SessionSearch
  readonly onSearch: (search: SessionSearch) => void
}

function SearchBox({ inputRef, search, onSearch }: SearchBoxProps) {
  const [text, setText] = useState(search.text)
  useEffect(() => {
    if (text === search.text) return
    const timer = setTimeout(() => onSearch({ ...search, text }), DEBOUNCE_MS)
    return () => clearTimeout(timer)
  }, [text, search, onSearch])
  return (
    <search class="search">
      <Icon name="search" />
      <input
        ref={inputRef}
        type="search"
        aria-label="Search sessions"
        placeholder="Search"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <label class="toggle" title="Looks into every item, which takes longer">
        <input
          type="checkbox"
          checked={search.inItems}
          onChange={(event) => onSearch({ ...search, inItems: event.currentTarget.checked })}
        />
        <span>In messages</span>
      </label>
    </search>
  )
}

/** The pages that have been loaded so far, as one list. */
function usePages(database: Database, search: SessionSearch) {
  const [pages, setPages] = useState<readonly SessionPage[]>([])
  const [error, setError] = useState<Error>()
  const [isLoading, setLoading] = useState(true)
  const running = useRef<AbortController | undefined>(undefined)

  const load = useCallback(
    async (before: readonly SessionPage[], replace: (first: SessionPage) => readonly SessionPage[]) => {
      running.current?.abort()
      const controller = new AbortController()
      running.current = controller
      setLoading(true)
      try {
        const page = await listSessions(database, search, before.at(-1)?.after, controller.signal)
        if (controller.signal.aborted) return
        setPages(replace(page))
        setError(undefined)
      } catch (failure) {
        if (controller.signal.aborted) return
        setError(failure as Error)
      }
      running.current = undefined
      setLoading(false)
    },
    [database, search],
  )
  const reload = useCallback(() => load([], (page) => [page]), [load])
  const loadMore = useCallback(() => {
    if (!running.current && !error && pages.at(-1)?.after) void load(pages, (page) => [...pages, page])
  }, [load, pages, error])

  useEffect(() => {
    void reload()
    return () => running.current?.abort()
  }, [reload])
  // A session that became active between two pages would be on both.
  const rows = [...new Map(pages.flatMap((page) => page.rows).map((row) => [row.id, row])).values()]
  return { rows, total: pages[0]?.total, error, isLoading, loadMore, reload }
}
