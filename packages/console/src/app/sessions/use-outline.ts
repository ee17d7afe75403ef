import { PerSQLError } from '@persql/sdk'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import {
  type Outline,
  readFirstPart,
  readOutline,
  readRest,
  sessionExists,
  toOutline,
} from '../data/outline.ts'
import { useInterval } from '../ui/use-async.ts'

const POLL_MS = 1500

/**
 * The outline of a session, which follows what is added while it is live. What failed is tried again by itself.
 * `around`: the row that is looked at first, in the place of the newest ones. Those near are shown before all are known.
 */
export function useOutline(database: Database, sessionId: string, around: number | undefined) {
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
      const part = await readFirstPart(database, sessionId, around, signal)
      const exists = part.rows.length > 0 || (await sessionExists(database, sessionId, signal))
      if (signal.aborted) return
      setMissing(!exists)
      if (!part.hasOlder && !part.hasNewer) return show(toOutline(part.rows))
      if (!known.current) show(toOutline(part.rows, false))
      const rows = await readRest(database, sessionId, part, signal)
      if (signal.aborted) return
      if (rows) show(toOutline(rows))
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
