import { findRanges } from '@persql/session-core'
import type { ComponentChildren } from 'preact'

/** A text in which all places of some terms are marked. */
export function Marked({ text, terms }: { readonly text: string; readonly terms: readonly string[] }) {
  const parts: ComponentChildren[] = []
  let done = 0
  for (const { start, end } of findRanges(text, terms)) {
    parts.push(text.slice(done, start), <mark key={start}>{text.slice(start, end)}</mark>)
    done = end
  }
  return (
    <>
      {parts}
      {text.slice(done)}
    </>
  )
}
