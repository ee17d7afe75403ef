import { useEffect, useState } from 'preact/hooks'

/** What the address says after its `#`: a database, a view, what the view shows, and how. */
export interface Route {
  readonly database: string | undefined
  readonly view: string
  readonly rest: readonly string[]
  readonly query: Query
}

/** What stands behind the `?` of an address. */
export type Query = Readonly<Record<string, string | undefined>>

/** Stands in an address for no database. */
const NONE = '-'

function parse(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const parts = path.split('/').filter(Boolean).map(decode)
  const [database, view = 'sessions', ...rest] = parts
  const query = Object.fromEntries(new URLSearchParams(search))
  return { database: database === NONE ? undefined : database, view, rest, query }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export function href(
  database: string | undefined,
  view: string,
  ...rest: readonly (string | number)[]
): string {
  return `#/${[database ?? NONE, view, ...rest].map((part) => encodeURIComponent(part)).join('/')}`
}

/** An address with more behind its `?`; what is undefined is left out. */
export function withQuery(address: string, query: Query): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return given.length === 0 ? address : `${address}?${new URLSearchParams(given)}`
}

/** Of the address as it is now, which may be ahead of what is on the screen. */
export function currentRoute(): Route {
  return parse(location.hash)
}

/** Goes to an address. With `replace`, going back does not lead to the one before. */
export function navigate(address: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (!replace) {
    location.hash = address
    return
  }
  if (address === location.hash) return
  history.replaceState(history.state, '', address)
  dispatchEvent(new HashChangeEvent('hashchange'))
}

/** What belongs to this entry of the history and not to its address, such as how far something is scrolled. */
export function entryState<T>(name: string): T | undefined {
  return (history.state as Record<string, T | undefined> | null)?.[name]
}

export function setEntryState(name: string, value: unknown): void {
  history.replaceState({ ...(history.state as object | null), [name]: value }, '')
}

export function useRoute(): Route {
  const [route, setRoute] = useState(currentRoute)
  useEffect(() => {
    const update = () => setRoute(currentRoute())
    addEventListener('hashchange', update)
    return () => removeEventListener('hashchange', update)
  }, [])
  return route
}
