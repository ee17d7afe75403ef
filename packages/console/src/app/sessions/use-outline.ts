import { useEffect, useRef, useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import { type Outline, readOutline, toOutline } from '../data/outline.ts'
import { useInterval } from '../ui/use-async.ts'

const POLL_MS = 1500

/** The outline of a session, which follows what is added while it is live. */
export function useOutline(database: Database, sessionId: string) {
  const [outline, setOutline] = useState<Outline>()
  const [error, setError] = useState<Error>()
  const [isLive, setLive] = useState(true)
  const [attempt, setAttempt] = useState(0)
  const known = useRef<Outline | undefined>(undefined)
  known.current = outline

  useEffect(() => {
    const controller = new AbortController()
    setError(undefined)
    readOutline(database, sessionId, 0, controller.signal)
      .then((rows = []) => setOutline(toOutline(rows)))
      .catch((failure: Error) => !controller.signal.aborted && setError(failure))
    return () => controller.abort()
  }, [database, sessionId, attempt])

  useInterval(POLL_MS, isLive && outline !== undefined, async () => {
    const rows = known.current?.rows ?? []
    try {
      const added = await readOutline(database, sessionId, rows.at(-1)?.id ?? 0)
      if (added === undefined) setAttempt((count) => count + 1)
      else if (added.length > 0) setOutline(toOutline([...rows, ...added]))
      setError(undefined)
    } catch (failure) {
      setError(failure as Error)
    }
  })
  return { outline, error, isLive, setLive, reload: () => setAttempt((count) => count + 1) }
}
