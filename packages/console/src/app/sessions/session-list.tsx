import { useCallback, useRef, useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import type { SessionOrder, SessionSearch } from '../data/session-list.ts'
import { currentRoute, navigate } from '../router.ts'
import { Icon } from '../ui/icon.tsx'
import { useShortcuts } from '../ui/use-shortcuts.ts'
import { useTyped } from '../ui/use-typed.ts'
import { FoundItems } from './found-items.tsx'
import { SessionFilters } from './session-filters.tsx'
import { SessionRows } from './session-rows.tsx'
import { addressOf, ORDERS, readAddress, type SessionsAddress } from './sessions-address.ts'

export interface SessionListProps {
  readonly database: Database
  readonly address: SessionsAddress
}

/** The sessions, or what was found in them. */
export function SessionList({ database, address }: SessionListProps) {
  const { search, sessionId } = address
  const { slug } = database
  const [total, setTotal] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const setSearch = useCallback(
    (change: Partial<SessionSearch>) => {
      const { rest, query } = currentRoute()
      const address = readAddress(rest, query)
      navigate(addressOf(slug, { ...address, search: { ...address.search, ...change } }), { replace: true })
    },
    [slug],
  )
  useShortcuts({
    back: () => sessionId !== undefined && navigate(addressOf(slug, { search })),
    search: () => input.current?.focus(),
  })
  const isFinding = search.inItems && search.text.trim() !== ''
  return (
    <section class="session-list" aria-label="Sessions">
      <header class="list-head">
        <h1>
          Sessions <span class="count">{total}</span>
        </h1>
        {!isFinding && (
          <select
            class="quiet"
            aria-label="Order"
            value={search.order}
            onChange={(event) => setSearch({ order: event.currentTarget.value as SessionOrder })}
          >
            {ORDERS.map(([order, label]) => (
              <option key={order} value={order}>
                {label}
              </option>
            ))}
          </select>
        )}
      </header>
      <SearchBox inputRef={input} search={search} onSearch={setSearch} />
      {!isFinding && <SessionFilters search={search} onSearch={setSearch} />}
      {isFinding ? (
        <FoundItems key={search.text} database={database} address={address} onTotal={setTotal} />
      ) : (
        <SessionRows database={database} address={address} onTotal={setTotal} />
      )}
    </section>
  )
}

interface SearchBoxProps {
  readonly inputRef: { current: HTMLInputElement | null }
  readonly search: SessionSearch
  readonly onSearch: (change: Partial<SessionSearch>) => void
}

function SearchBox({ inputRef, search, onSearch }: SearchBoxProps) {
  const field = useTyped(search.text, (text) => onSearch({ text }))
  return (
    <search class="search">
      <Icon name="search" />
      <input ref={inputRef} type="search" aria-label="Search sessions" placeholder="Search" {...field} />
      <label class="toggle" title="Looks into every item, which takes longer">
        <input
          type="checkbox"
          checked={search.inItems}
          onChange={(event) => onSearch({ inItems: event.currentTarget.checked })}
        />
        <span>In messages</span>
      </label>
    </search>
  )
}
