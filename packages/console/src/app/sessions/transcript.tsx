import type { ComponentChildren } from 'preact'
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import { ItemCache } from '../data/item-cache.ts'
import type { Entry, Outline } from '../data/outline.ts'
import { href, navigate } from '../router.ts'
import { SessionRuns } from '../runs/session-runs.tsx'
import { SessionTokens } from '../tokens/session-tokens.tsx'
import { Empty } from '../ui/empty.tsx'
import { bytes, number, plural } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { useShortcuts } from '../ui/use-shortcuts.ts'
import { useVirtual } from '../ui/use-virtual.ts'
import { EntryView } from './entry-view.tsx'
import { FindBar } from './find-bar.tsx'
import { ForkDialog } from './fork-dialog.tsx'
import { RawDialog } from './raw-dialog.tsx'
import { SessionMenu } from './session-menu.tsx'
import { addressOf, type SessionsAddress } from './sessions-address.ts'
import { TurnBar } from './turn-bar.tsx'
import { useFind } from './use-find.ts'
import { useHighlights } from './use-highlights.ts'
import { useOutline } from './use-outline.ts'

/** Rows to load before and after those in sight. */
const AHEAD = 30
const NO_TERMS: readonly string[] = []

export interface TranscriptProps {
  readonly database: Database
  readonly sessionId: string
  readonly address: SessionsAddress
  readonly canWrite: boolean
}

/**
 * A conversation. What kind of item each row holds is known from the start, so that the list has its full length and
 * every turn can be reached; what the items say is loaded where somebody looks.
 */
export function Transcript({ database, sessionId, address, canWrite }: TranscriptProps) {
  // What is looked for is shown from the beginning on.
  const [around] = useState(address.rowId ?? (address.find === undefined ? undefined : 0))
  const { outline, isMissing, error, isLive, isOffline, setLive, reload } = useOutline(
    database,
    sessionId,
    around,
  )
  const canFork = canWrite && outline?.isWhole === true
  const [fork, setFork] = useState<{ readonly turn?: number }>()
  const leave = () => navigate(addressOf(database.slug, { search: address.search }))
  return (
    <section class="transcript" aria-label={`Session ${sessionId}`}>
      <header class="transcript-head">
        <a
          class="button quiet back"
          href={addressOf(database.slug, { search: address.search })}
          aria-label="Back to the list"
        >
          <Icon name="back" />
        </a>
        <div class="transcript-title">
          <h2 title={sessionId}>{sessionId}</h2>
          {outline?.isWhole && (
            <Facts outline={outline}>
              {database.hasUsage && (
                <SessionTokens database={database} sessionId={sessionId} outline={outline} />
              )}
            </Facts>
          )}
        </div>
        <label
          class={isOffline ? 'toggle live is-offline' : 'toggle live'}
          title={isOffline ? 'No answer; it is tried again by itself' : 'Looks for new items every 1.5 s'}
        >
          <input
            type="checkbox"
            checked={isLive}
            onChange={(event) => setLive(event.currentTarget.checked)}
          />
          <span role="status">{isOffline ? 'Offline' : 'Live'}</span>
        </label>
        <SessionRuns database={database} sessionId={sessionId} />
        <SessionMenu
          database={database}
          sessionId={sessionId}
          canWrite={canFork}
          onFork={() => setFork({})}
          onDelete={leave}
        />
      </header>
      {error && !(isOffline && outline) && <Problem error={error} onRetry={reload} />}
      {!outline && !error && <p class="starting">Reading…</p>}
      {outline && outline.entries.length === 0 && (
        <Empty icon="sessions" title={isMissing ? 'There is no such session' : 'No items'}>
          {isMissing
            ? 'It was deleted, or never written. It appears here as soon as it is.'
            : 'This session is empty. Its items appear here.'}
        </Empty>
      )}
      {outline && outline.entries.length > 0 && (
        <Conversation
          database={database}
          outline={outline}
          address={address}
          sessionId={sessionId}
          onFork={canFork ? (turn) => setFork({ turn }) : undefined}
        />
      )}
      {fork && outline && (
        <ForkDialog
          database={database}
          sessionId={sessionId}
          outline={outline}
          turn={fork.turn}
          onForked={(newId) =>
            navigate(addressOf(database.slug, { search: address.search, sessionId: newId }))
          }
          onClose={() => setFork(undefined)}
        />
      )}
    </section>
  )
}

function Facts({ outline, children }: { readonly outline: Outline; readonly children: ComponentChildren }) {
  const { rows, turns } = outline
  const last = rows.at(-1)
  const size = rows.reduce((sum, row) => sum + row.size, 0)
  return (
    <div class="muted facts session-facts">
      <span>{plural(rows.length, 'item')}</span>
      <span>{plural(turns.length, 'turn')}</span>
      <span>{bytes(size)}</span>
      {last && (
        <span>
          <Time at={last.createdAt} />
        </span>
      )}
      {children}
    </div>
  )
}

interface ConversationProps {
  readonly database: Database
  readonly outline: Outline
  readonly address: SessionsAddress
  readonly sessionId: string
  /** Absent where nothing may be written. */
  readonly onFork: ((turn: number) => void) | undefined
}

function Conversation({ database, outline, address, sessionId, onFork }: ConversationProps) {
  const { rowId, find } = address
  const { entries, turns, isWhole } = outline
  const scroller = useRef<HTMLDivElement>(null)
  const [, setLoads] = useState(0)
  const cache = useMemo(() => new ItemCache(database, () => setLoads((count) => count + 1)), [database])
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const [raw, setRaw] = useState<Entry>()
  const virtual = useVirtual({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(entries[index]!),
    getItemKey: (index) => entries[index]!.row.id,
    paddingStart: 16,
    paddingEnd: 24,
    overscan: 6,
    // Stays at the end while the conversation grows, if it is there.
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: 48,
  })
  // What is in sight keeps its place when something above it gets its real height, in whichever direction one scrolls.
  virtual.shouldAdjustScrollPositionOnItemSizeChange = (
    { key, start, end },
    _,
    { itemSizeCache, scrollOffset },
  ) => (itemSizeCache.has(key) ? end : start + 1) <= (scrollOffset ?? 0)
  const items = virtual.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0

  const hasItems = entries.length > 0
  const markedIndex =
    rowId === undefined
      ? -1
      : entries.findIndex(({ row, result }) => row.id === rowId || result?.id === rowId)
  const marked = entries[markedIndex]
  const hasMarked = marked !== undefined
  useEffect(() => {
    if (!hasItems) return
    if (hasMarked) jump(markedIndex)
    else if (find === undefined) virtual.scrollToEnd()
  }, [hasItems, rowId, hasMarked])

  const isAtEnd = virtual.isAtEnd()
  // The newest row when the end was last in sight. What comes before all rows are known is not new.
  const newest = entries.at(-1)?.row.id ?? 0
  const seen = useRef(newest)
  const wasWhole = useRef(false)
  const seenIndex = entries.findLastIndex(({ row }) => row.id <= seen.current)
  if (isAtEnd || seenIndex < 0 || !wasWhole.current) seen.current = newest
  wasWhole.current = isWhole
  const unseen = seen.current === newest ? 0 : entries.length - 1 - seenIndex

  const found = useFind(database, sessionId, find, outline)
  const findInput = useRef<HTMLInputElement>(null)
  const go = (next: Pick<SessionsAddress, 'rowId' | 'find'>) =>
    navigate(addressOf(database.slug, { search: address.search, sessionId, ...next }), { replace: true })
  const isFinding = find !== undefined
  const wantsInput = useRef(false)
  function focusInput() {
    findInput.current?.focus()
    findInput.current?.select()
  }
  useEffect(() => {
    if (wantsInput.current) focusInput()
    wantsInput.current = false
  }, [isFinding])
  function openFind() {
    if (isFinding) return focusInput()
    wantsInput.current = true
    go({ rowId, find: '' })
  }
  function step(by: 1 | -1) {
    const { entries: places } = found
    if (places.length === 0) return
    // Where nothing is marked, what is in sight comes next itself.
    const from = markedIndex >= 0 ? markedIndex : by === 1 ? first - 1 : first
    const next = by === 1 ? places.find((place) => place > from) : places.findLast((place) => place < from)
    const to = entries[next ?? places.at(by === 1 ? 0 : -1)!]!
    setOpen((old) => (to.row.kind === 'message' ? old : new Set([...old, to.row.id])))
    go({ rowId: to.row.id, find })
  }
  // What is typed leads to the first place from here on, as soon as it is known.
  useEffect(() => {
    if (find === undefined || found.entries.length === 0) return
    if (!found.entries.includes(markedIndex)) step(1)
    else if (marked && marked.row.kind !== 'message') setOpen((old) => new Set([...old, marked.row.id]))
  }, [found.entries])
  useHighlights(scroller, isFinding ? found.terms : NO_TERMS, marked?.row.id)

  useEffect(() => {
    const near = entries.slice(Math.max(0, first - AHEAD), last + AHEAD + 1)
    const inSight = entries.slice(first, last + 1)
    cache.want([...inSight, ...near].flatMap(({ row, result }) => (result ? [row, result] : [row])))
  }, [cache, entries, first, last])

  const current = isAtEnd
    ? turns.at(-1)
    : (turns.findLast(({ entryIndex }) => entryIndex <= topIndex(virtual, first)) ?? turns[0])
  // The turn that a key leads to, until the list has come to rest there: keys may be faster than scrolling.
  const goal = useRef<number | undefined>(undefined)
  useEffect(() => {
    if (!virtual.isScrolling) goal.current = undefined
  }, [virtual.isScrolling])
  // The row that was jumped to, until somebody scrolls: a jump that still goes on would end at its old place.
  const aim = useRef<number | undefined>(undefined)
  const forgetAim = () => {
    aim.current = undefined
  }
  useEffect(() => {
    const index = entries.findIndex(({ row }) => row.id === aim.current)
    if (isWhole && index >= 0) jump(index)
  }, [isWhole])
  function jump(entryIndex: number) {
    aim.current = entries[entryIndex]?.row.id
    goal.current = turns.findLast((turn) => turn.entryIndex <= entryIndex)?.number
    virtual.scrollToIndex(entryIndex, { align: 'start' })
  }
  const turnBy = (step: number) => {
    const turn = turns[(goal.current ?? current?.number ?? 0) - 1 + step]
    if (turn) jump(turn.entryIndex)
  }
  useShortcuts({
    // The browser finds what is in the page. Where that is all, and when it is asked twice, it is left to it.
    find: () => {
      const isInPage =
        isWhole && items.length === entries.length && entries.every(({ row }) => row.kind === 'message')
      const isForBrowser = isInPage || document.activeElement === findInput.current
      if (!isForBrowser) openFind()
      return !isForBrowser
    },
    back: () => find !== undefined && go({ rowId, find: undefined }),
    nextTurn: () => turnBy(1),
    previousTurn: () => turnBy(-1),
    beginning: () => jump(0),
    end: () => virtual.scrollToEnd(),
  })

  const toggle = useCallback(({ row }: Entry) => {
    setOpen((old) => {
      const next = new Set(old)
      if (!next.delete(row.id)) next.add(row.id)
      return next
    })
  }, [])
  const linkOf = useCallback(
    ({ row }: Entry) => href(database.slug, 'sessions', sessionId, row.id),
    [database, sessionId],
  )
  const latest = useRef({ entries, turns, onFork })
  latest.current = { entries, turns, onFork }
  const forkFrom = useCallback((entry: Entry) => {
    const { entries, turns, onFork } = latest.current
    const index = entries.findIndex(({ row }) => row.id === entry.row.id)
    onFork?.(turns.findLast(({ entryIndex }) => entryIndex <= index)?.number ?? 1)
  }, [])
  return (
    <div class="conversation">
      {isFinding && (
        <FindBar
          text={find}
          found={found}
          at={found.entries.indexOf(markedIndex)}
          inputRef={findInput}
          onText={(text) => go({ rowId, find: text })}
          onStep={step}
          onClose={() => {
            go({ rowId, find: undefined })
            scroller.current?.focus()
          }}
        />
      )}
      {cache.error && <Problem error={cache.error} onRetry={() => cache.retry()} />}
      <div
        class="transcript-scroll"
        ref={scroller}
        tabIndex={0}
        role="feed"
        aria-label="Conversation"
        onWheel={forgetAim}
        onTouchMove={forgetAim}
        onPointerDown={forgetAim}
        onKeyDown={forgetAim}
      >
        <div class="virtual" style={{ height: `${virtual.getTotalSize()}px` }}>
          {items.map(({ index, start, key }) => {
            const entry = entries[index]!
            return (
              <div
                key={key}
                class="entry-place"
                ref={virtual.measureElement}
                data-index={index}
                style={{ transform: `translateY(${start}px)` }}
              >
                <EntryView
                  entry={entry}
                  call={cache.get(entry.row.id)}
                  result={entry.result && cache.get(entry.result.id)}
                  isOpen={open.has(entry.row.id)}
                  isMarked={entry === marked}
                  onToggle={toggle}
                  onRaw={setRaw}
                  onFork={onFork && forkFrom}
                  linkOf={linkOf}
                  position={isWhole ? index + 1 : undefined}
                  total={isWhole ? entries.length : -1}
                />
              </div>
            )
          })}
        </div>
      </div>
      <footer class="conversation-foot">
        {turns.length > 1 && (
          <TurnBar turns={turns} current={current} onJump={jump} onEnd={() => virtual.scrollToEnd()} />
        )}
        {unseen > 0 && (
          <button type="button" class="primary unseen" onClick={() => virtual.scrollToEnd()}>
            {number(unseen)} new <Icon name="down" />
          </button>
        )}
      </footer>
      {raw && <RawDialog entry={raw} cache={cache} link={linkOf(raw)} onClose={() => setRaw(undefined)} />}
    </div>
  )
}

/** The first entry that is not above the edge. */
function topIndex(virtual: ReturnType<typeof useVirtual>, fallback: number): number {
  const offset = (virtual.scrollOffset ?? 0) + 40
  return virtual.getVirtualItemForOffset(offset)?.index ?? fallback
}

/** Close enough that the scroll bar hardly moves once an entry is measured. */
function estimate({ row, turn }: Entry): number {
  const spacing = turn === undefined ? 10 : 34
  if (row.kind !== 'message') return 42 + spacing
  const lines = Math.min(Math.ceil(row.size / 95), 24)
  return 52 + lines * 21 + spacing
}
