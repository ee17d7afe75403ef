import { PerSQLError } from '@persql/sdk'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import {
  type Outline,
  readNewest,
  readOlder,
  readOutline,
  sessionExists,
  toOutline,
} from '../data/outline.ts'
import { useInterval } from '../ui/use-async.ts'

const POLL_MS = 1500

/**
 * The outline of a session, which follows what is added while it is live. What failed is tried again by itself.
 * `beginsAtEnd`: whether the newest rows are shown before all are known.
 */
export function useOutline(database: Database, sessionId: string, beginsAtEnd: boolean) {
  const [outline, setOutline] = useState<Outline>()
  const [isMissing, setMissing] = useState(false)
  const [error, setError] = useState<Error>()
  const [isLive, setLive] = useState(true)
  const [attempt, setAttempt] = useState(0)
  const known = useRef<Outline | undefined>(undefined)
  known.current = outline

  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const show = (outline: Outline) => {
      if (signal.aborted) return
      setOutline(outline)
      setError(undefined)
    }
    const start = async () => {
      const { rows, isWhole } = await readNewest(database, sessionId, signal)
      const exists = rows.length > 0 || (await sessionExists(database, sessionId, signal))
      if (signal.aborted) return
      setMissing(!exists)
      const first = rows[0]?.id
      if (isWhole || first === undefined) return show(toOutline(rows))
      if (beginsAtEnd && !known.current) show(toOutline(rows, false))
      const older = await readOlder(database, sessionId, first, signal)
      if (signal.aborted) return
      if (older) show(toOutline([...older, ...rows]))
      else setAttempt((count) => count + 1)
    }
    start().catch((failure: Error) => !signal.aborted && setError(failure))
    return () => controller.abort()
  }, [database, sessionId, attempt])

  useInterval(POLL_MS, isLive || error !== undefined, async () => {
    const { current } = known
    // Nothing has been read yet, or there was no session.
    if (!current || current.rows.length === 0) {
      if (error || isMissing || current) setAttempt((count) => count + 1)
      return
    }
    const { rows, isWhole } = current
    // The rest is being read; where that failed, it is read again.
    if (!isWhole) {
      if (error) setAttempt((count) => count + 1)
      return
    }
    try {
      const added = await readOutline(database, sessionId, rows.at(-1)?.id ?? 0)
      if (added === undefined) setAttempt((count) => count + 1)
      else if (added.length > 0) setOutline(toOutline([...rows, ...added]))
      setError(undefined)
    } catch (failure) {
      setError(failure as Error)
    }
  })
  const isOffline = error instanceof PerSQLError && (error.code === 'network' || error.code === 'timeout')
  return {
    outline,
    isMissing,
    error,
    isLive,
    isOffline,
    setLive,
    reload: () => setAttempt((count) => count + 1),
  }
}
