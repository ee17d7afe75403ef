import { useEffect, useState } from 'preact/hooks'

/** What the address says after its `#`: a database, a view, and what the view shows. */
export interface Route {
  readonly database: string | undefined
  readonly view: string
  readonly rest: readonly string[]
}

/** Stands in an address for no database. */
const NONE = '-'

function parse(hash: string): Route {
  const parts = hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decode)
  const [database, view = 'sessions', ...rest] = parts
  return { database: database === NONE ? undefined : database, view, rest }
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

/** Of the address as it is now, which may be ahead of what is on the screen. */
export function currentRoute(): Route {
  return parse(location.hash)
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
