import { searchTerms } from '@persql/session-core'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import { type FoundItem, type FoundPage, findItems } from '../data/find-items.ts'
import { listSessions } from '../data/session-list.ts'
import { currentRoute, navigate } from '../router.ts'
import { Empty } from '../ui/empty.tsx'
import { number, plural } from '../ui/format.ts'
import { Marked } from '../ui/marked.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { useAsync, useInterval } from '../ui/use-async.ts'
import { useShortcuts } from '../ui/use-shortcuts.ts'
import { useVirtual } from '../ui/use-virtual.ts'
import { addressOf, readAddress, type SessionsAddress } from './sessions-address.ts'

/** Of each session; more of them are in the session itself. */
const SHOWN = 3
/** Sessions whose ids hold the text. */
const BY_ID = 5
/** How many items of sessions that are full are passed over before a person is asked. */
const PATIENCE = 5000
const RETRY_MS = 3000

type Line =
  | { readonly kind: 'session'; readonly sessionId: string }
  | { readonly kind: 'item'; readonly item: FoundItem }
  | { readonly kind: 'more'; readonly item: FoundItem; readonly count: number }

const HEIGHTS = { session: 34, item: 58, more: 30 }

export interface FoundItemsProps {
  readonly database: Database
  readonly address: SessionsAddress
  readonly onTotal: (total: string) => void
}

/** The items that hold what is searched for, newest first, under their sessions. */
export function FoundItems({ database, address, onTotal }: FoundItemsProps) {
  const { search } = address
  const { text } = search
  const terms = useMemo(() => searchTerms(text), [text])
  const { items, hasMore, error, isLoading, load } = useFoundItems(database, text)
  const named = useAsync(text, async (signal) => {
    const { rows } = await listSessions(
      database,
      { text, inItems: false, order: 'activity' },
      undefined,
      signal,
    )
    return rows.slice(0, BY_ID).map(({ id }) => id)
  })
  const lines = useMemo(() => toLines(named.data ?? [], items), [named.data, items])
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtual({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => HEIGHTS[lines[index]!.kind],
    getItemKey: (index) => keyOf(lines[index]!),
    overscan: 10,
  })
  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  // Items of sessions that are full add no line. After many of them a person decides whether to search on.
  const atLastLine = useRef({ lines: -1, items: 0 })
  if (atLastLine.current.lines !== lines.length) {
    atLastLine.current = { lines: lines.length, items: items.length }
  }
  const isStuck = hasMore && items.length - atLastLine.current.items > PATIENCE
  useEffect(() => {
    if (last >= lines.length - 15 && !isStuck) void load()
  }, [last, lines.length, items.length, isStuck])
  useEffect(
    () => onTotal(isLoading ? '' : `${number(items.length)}${hasMore ? '+' : ''}`),
    [items, hasMore, isLoading],
  )
  useInterval(RETRY_MS, error !== undefined, load)
  const toItem = ({ sessionId, rowId }: FoundItem) =>
    addressOf(database.slug, { search, sessionId, rowId, find: text })
  const walk = (step: number) => {
    const open = readAddress(currentRoute().rest, {})
    let at = lines.findIndex((line) => line.kind === 'item' && isOpen(line.item, open))
    do at += step
    while (lines[at] && lines[at]?.kind !== 'item')
    const next = lines[at]
    if (next?.kind !== 'item') return
    virtual.scrollToIndex(at)
    navigate(toItem(next.item), { replace: open.sessionId !== undefined })
  }
  useShortcuts({ next: () => walk(1), previous: () => walk(-1) })
  return (
    <>
      {error && <Problem error={error} onRetry={load} />}
      <div class="list-scroll" ref={scroller} tabIndex={0}>
        {lines.length === 0 && !isLoading && !error && !named.isLoading && (
          <Empty icon="search" title="Nothing found">
            {terms.length > 1 ? 'An item must hold all words. In quotation marks they are one phrase.' : ''}
          </Empty>
        )}
        <ul class="virtual" style={{ height: `${virtual.getTotalSize()}px` }}>
          {shown.map(({ index, start, key }) => {
            const line = lines[index]!
            return (
              <li
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                style={{ transform: `translateY(${start}px)` }}
              >
                {line.kind === 'session' ? (
                  <a
                    class="found-session"
                    href={addressOf(database.slug, { search, sessionId: line.sessionId })}
                    aria-current={line.sessionId === address.sessionId ? 'true' : undefined}
                  >
                    <span class="session-id">
                      <Marked text={line.sessionId} terms={terms} />
                    </span>
                  </a>
                ) : line.kind === 'item' ? (
                  <a
                    class="found-item"
                    href={toItem(line.item)}
                    aria-current={isOpen(line.item, address) ? 'true' : undefined}
                  >
                    <span class="found-who">{line.item.who}</span>
                    <Time at={line.item.createdAt} />
                    <span class="found-excerpt">
                      <Marked text={line.item.excerpt} terms={terms} />
                    </span>
                  </a>
                ) : (
                  <a class="found-more" href={toItem(line.item)}>
                    {number(line.count)} more in this session
                  </a>
                )}
              </li>
            )
          })}
        </ul>
        {isStuck && (
          <button type="button" class="link search-on" onClick={load}>
            Search on
          </button>
        )}
      </div>
      <p class="visually-hidden" role="status">
        {isLoading ? 'Searching' : plural(items.length, 'item')}
      </p>
    </>
  )
}

function isOpen({ sessionId, rowId }: FoundItem, open: Omit<SessionsAddress, 'search'>): boolean {
  return sessionId === open.sessionId && rowId === open.rowId
}

function keyOf(line: Line): string {
  return line.kind === 'session' ? `s${line.sessionId}` : `${line.kind}${line.item.rowId}`
}

function toLines(named: readonly string[], items: readonly FoundItem[]): Line[] {
  const sessions = new Map<string, FoundItem[]>(named.map((id) => [id, []]))
  for (const item of items) {
    const known = sessions.get(item.sessionId)
    if (known) known.push(item)
    else sessions.set(item.sessionId, [item])
  }
  return [...sessions].flatMap(([sessionId, found]): Line[] => {
    const [next] = found.slice(SHOWN)
    return [
      { kind: 'session', sessionId },
      ...found.slice(0, SHOWN).map((item): Line => ({ kind: 'item', item })),
      ...(next ? [{ kind: 'more', item: next, count: found.length - SHOWN } as const] : []),
    ]
  })
}

/** The pages that have been found so far, as one list. */
function useFoundItems(database: Database, text: string) {
  const [pages, setPages] = useState<readonly FoundPage[]>([])
  const [error, setError] = useState<Error>()
  const isBusy = useRef(false)
  const isGone = useRef(false)
  const before = pages.at(-1)?.before
  const hasMore = pages.length === 0 || before !== undefined
  async function load() {
    if (isBusy.current || !hasMore) return
    isBusy.current = true
    setError(undefined)
    try {
      const page = await findItems(database, text, before)
      if (!isGone.current) setPages([...pages, page])
    } catch (failure) {
      if (!isGone.current) setError(failure as Error)
    }
    isBusy.current = false
  }
  useEffect(
    () => () => {
      isGone.current = true
    },
    [],
  )
  const items = useMemo(() => pages.flatMap((page) => page.items), [pages])
  return {
    items,
    hasMore,
    error,
    isLoading: pages.length === 0 && !error,
    load,
  }
}
