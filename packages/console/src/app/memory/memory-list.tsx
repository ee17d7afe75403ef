import { findRanges } from '@persql/session-core'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import {
  listMemory,
  type MemoryEntry,
  type MemoryFilter,
  type MemoryKind,
  recallTerms,
} from '../data/memory.ts'
import { currentRoute, navigate } from '../router.ts'
import { useWalk } from '../runs/use-walk.ts'
import { Empty } from '../ui/empty.tsx'
import { excerpt } from '../ui/excerpt.ts'
import { number, plural } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Marked } from '../ui/marked.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { useAsync, useInterval } from '../ui/use-async.ts'
import { useShortcuts } from '../ui/use-shortcuts.ts'
import { useTyped } from '../ui/use-typed.ts'
import { type MemoryAddress, memoryAddressOf, readMemoryAddress } from './memory-address.ts'

const REFRESH_MS = 5000
const PAGE = 100
/** Of a text, in a row of the list: one narrow line. */
const EXCERPT = { before: 16, length: 300 }
/** What ends so far from the beginning is in sight from there. */
const IN_SIGHT = 24

const KINDS: Readonly<Record<MemoryKind, { readonly label: string; readonly search: string }>> = {
  all: { label: 'Facts and episodes', search: 'Recall' },
  facts: { label: 'Facts', search: 'Recall facts' },
  episodes: { label: 'Episodes', search: 'Recall episodes' },
  links: { label: 'Links', search: 'Name of an entity' },
  working: { label: 'Working memory', search: 'Id of a run' },
}

export interface MemoryListProps {
  readonly database: Database
  readonly address: MemoryAddress
  /** Another number each time that something begins or ends to be forgotten. */
  readonly changes: number
  readonly isHidden: (path: readonly string[]) => boolean
}

/** The latest memories of a kind, or what a text recalls. */
export function MemoryList({ database, address, changes, isHidden }: MemoryListProps) {
  const { filter, path } = address
  const { slug } = database
  const [pages, setPages] = useState(1)
  const list = useAsync(`${filter.kind} ${filter.text}`, () => listMemory(database, filter, pages * PAGE))
  useEffect(() => setPages(1), [filter.kind, filter.text])
  useEffect(() => {
    if (changes > 0 || pages > 1) list.reload()
  }, [changes, pages])
  useInterval(REFRESH_MS, filter.text === '' || list.error !== undefined, list.reload)
  const entries = list.data?.entries.filter((entry) => !isHidden(entry.path)) ?? []
  const addressOf = (path: readonly string[]) => memoryAddressOf(slug, { filter, path })
  const open = path.length === 0 ? undefined : addressOf(path)
  useWalk(
    entries.map((entry) => addressOf(entry.path)),
    open,
    addressOf([]),
  )
  const total = list.data && `${number(entries.length)}${list.data.hasMore ? '+' : ''}`
  return (
    <section class="session-list" aria-label="Memory">
      <header class="list-head">
        <h1>
          Memory <span class="count">{total}</span>
        </h1>
        <select
          class="quiet"
          aria-label="Kind"
          value={filter.kind}
          onChange={(event) => {
            const kind = event.currentTarget.value as MemoryKind
            navigate(memoryAddressOf(slug, { filter: { kind, text: '' }, path: [] }))
          }}
        >
          {Object.entries(KINDS).map(([kind, { label }]) => (
            <option key={kind} value={kind}>
              {label}
            </option>
          ))}
        </select>
      </header>
      <SearchBox slug={slug} filter={filter} />
      {list.error && <Problem error={list.error} onRetry={list.reload} />}
      <div class="list-scroll" tabIndex={0}>
        {list.data && entries.length === 0 && <Nothing filter={filter} />}
        <ul>
          {entries.map((entry) => (
            <Row
              key={addressOf(entry.path)}
              entry={entry}
              terms={recallTerms(filter.text)}
              href={addressOf(entry.path)}
              isOpen={addressOf(entry.path) === open}
            />
          ))}
        </ul>
        {list.data?.hasMore && (
          <button type="button" class="link search-on" onClick={() => setPages(pages + 1)}>
            More
          </button>
        )}
      </div>
      <p class="visually-hidden" role="status">
        {list.data ? plural(entries.length, 'memory', 'memories') : 'Loading memories'}
      </p>
    </section>
  )
}

function SearchBox({ slug, filter }: { readonly slug: string; readonly filter: MemoryFilter }) {
  const input = useRef<HTMLInputElement>(null)
  const { search } = KINDS[filter.kind]
  const field = useTyped(filter.text, (text) => {
    // What was opened or chosen meanwhile stays.
    const { rest, query } = currentRoute()
    const now = readMemoryAddress(rest, query)
    navigate(memoryAddressOf(slug, { ...now, filter: { ...now.filter, text } }), { replace: true })
  })
  useShortcuts({ search: () => input.current?.focus() })
  return (
    <search class="search">
      <Icon name="search" />
      <input ref={input} type="search" aria-label={search} placeholder={search} {...field} />
    </search>
  )
}

function Nothing({ filter: { kind, text } }: { readonly filter: MemoryFilter }) {
  if (text.trim() === '') return <Empty icon="memory" title="Nothing here yet" />
  const hint =
    kind === 'links'
      ? 'The name of an entity is asked for as it was linked; case and punctuation do not count.'
      : kind === 'working'
        ? 'The whole id of a run is asked for, and what has expired is not shown.'
        : 'Words, "exact phrases" and prefixes* are looked for, as an agent does.'
  return (
    <Empty icon="search" title="Nothing found">
      {hint}
    </Empty>
  )
}

interface RowProps {
  readonly entry: MemoryEntry
  readonly terms: readonly string[]
  readonly href: string
  readonly isOpen: boolean
}

function Row({ entry, terms, href, isOpen }: RowProps) {
  const { title, at, text, tag } = shownOf(entry)
  // To look for nothing would fold all of the text.
  const [first] = terms.length === 0 ? [] : findRanges(text, terms)
  const place = first && first.end > IN_SIGHT ? first.start : 0
  return (
    <li>
      <a class="session-row" href={href} aria-current={isOpen ? 'true' : undefined}>
        <span class="session-id">
          <bdi>
            <Marked text={title} terms={terms} />
          </bdi>
        </span>
        <Time at={at} />
        <span class="session-preview">
          <bdi>
            <Marked text={excerpt(text, place, EXCERPT)} terms={terms} />
          </bdi>
        </span>
        {tag}
      </a>
    </li>
  )
}

interface Shown {
  readonly title: string
  readonly at: Date
  readonly text: string
  readonly tag: ComponentChildren
}

function shownOf(entry: MemoryEntry): Shown {
  if (entry.kind === 'link') {
    const { src, rel, dst, createdAt } = entry.link
    return {
      title: src.name,
      at: createdAt,
      text: `${rel} → ${dst.name}`,
      tag: <span class="tag">link</span>,
    }
  }
  if (entry.kind === 'working') {
    const { runId, key, json, expiresAt } = entry.entry
    const tag = (
      <span class="tag agent-tag" title={`Run ${runId}`}>
        <bdi>{runId}</bdi>
      </span>
    )
    return { title: key, at: expiresAt, text: json, tag }
  }
  const { kind, name, description, type, body, updatedAt } = entry.hit
  const tag = (
    <span class="tag agent-tag">
      <bdi>{type}</bdi>
    </span>
  )
  if (kind === 'episode') return { title: description || 'Episode', at: updatedAt, text: body, tag }
  const text = description === '' ? body : `${description}: ${body}`
  return { title: name, at: updatedAt, text, tag }
}
