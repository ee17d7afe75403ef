import { searchTerms } from '@persql/session-core'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import { findRows } from '../data/find-items.ts'
import type { Outline } from '../data/outline.ts'

export interface Found {
  readonly terms: readonly string[]
  /** The entries in which all terms are, in their order. */
  readonly entries: readonly number[]
  readonly isBusy: boolean
  readonly error: Error | undefined
}

const NOTHING = { rows: [], isBusy: false, error: undefined }

/** Looks for a text in all items of a session, also in those that come later. Absent: for nothing. */
export function useFind(
  database: Database,
  sessionId: string,
  text: string | undefined,
  outline: Outline,
): Found {
  const terms = useMemo(() => searchTerms(text ?? ''), [text])
  const [state, setState] = useState<{
    readonly rows: readonly number[]
    readonly isBusy: boolean
    readonly error: Error | undefined
  }>(NOTHING)
  const { isWhole } = outline
  const newest = isWhole ? outline.rows.at(-1)?.id : undefined
  useEffect(() => {
    if (terms.length === 0 || !isWhole) return setState(NOTHING)
    const controller = new AbortController()
    const { signal } = controller
    const found: number[] = []
    setState((old) => ({ ...old, isBusy: true, error: undefined }))
    findRows(database, sessionId, text ?? '', (rows) => found.push(...rows), signal)
      .then(() => !signal.aborted && setState({ rows: found, isBusy: false, error: undefined }))
      .catch((error: Error) => !signal.aborted && setState({ rows: [], isBusy: false, error }))
    return () => controller.abort()
  }, [database, sessionId, terms, isWhole, newest])
  const entries = useMemo(() => {
    const rows = new Set(state.rows)
    if (rows.size === 0) return []
    return outline.entries.flatMap(({ row, result }, index) =>
      rows.has(row.id) || (result && rows.has(result.id)) ? [index] : [],
    )
  }, [state.rows, outline])
  return { terms, entries, isBusy: state.isBusy || !isWhole, error: state.error }
}
