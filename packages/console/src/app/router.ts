import { useEffect, useState } from 'preact/hooks'

/** What the address says after its `#`: a database, a view, and what the view shows. */
export interface Route {
  readonly database: string | undefined
  readonly view: string
  readonly rest: readonly string[]
}

function parse(hash: string): Route {
  const parts = hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decode)
  const [database, view = 'sessions', ...rest] = parts
  return { database, view, rest }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export function href(database: string, view: string, ...rest: readonly (string | number)[]): string {
  return `#/${[database, view, ...rest].map((part) => encodeURIComponent(part)).join('/')}`
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parse(location.hash))
  useEffect(() => {
    const update = () => setRoute(parse(location.hash))
    addEventListener('hashchange', update)
    return () => removeEventListener('hashchange', update)
  }, [])
  return route
}
