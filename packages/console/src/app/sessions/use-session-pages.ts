import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import { onLeaving } from '../data/delete-later.ts'
import { isSessionLeaving } from '../data/session-actions.ts'
import { listSessions, type SessionPage, type SessionSearch } from '../data/session-list.ts'
import { entryState } from '../router.ts'

/** Those that were read last, for who comes back. */
let kept: { readonly key: string; readonly pages: readonly SessionPage[] } | undefined

/** The pages that have been loaded so far, as one list. */
export function useSessionPages(database: Database, wanted: SessionSearch) {
  const key = JSON.stringify([database.slug, wanted])
  // The address says the same again with every session that is opened.
  const search = useMemo(() => wanted, [key])
  const hasKept = kept?.key === key && entryState('list') !== undefined
  const [pages, setPages] = useState<readonly SessionPage[]>(hasKept ? (kept?.pages ?? []) : [])
  kept = { key, pages }
  const isKept = useRef(pages.length > 0)
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
    if (isKept.current) setLoading(false)
    else void reload()
    isKept.current = false
    return () => running.current?.abort()
  }, [reload])
  // Once it is known whether a session was deleted, the list is read again.
  const [, setLeavings] = useState(0)
  useEffect(
    () =>
      onLeaving(() => {
        setLeavings((count) => count + 1)
        void reload()
      }),
    [reload],
  )
  // A session that became active between two pages would be on both.
  const known = [...new Map(pages.flatMap((page) => page.rows).map((row) => [row.id, row])).values()]
  const rows = known.filter(({ id }) => !isSessionLeaving(database.slug, id))
  const total = pages[0]?.total
  return { rows, total: total && total - (known.length - rows.length), error, isLoading, loadMore, reload }
}
