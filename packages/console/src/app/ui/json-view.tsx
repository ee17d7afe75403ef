import { exactNumber } from '@persql/session-core'
import { useContext, useState } from 'preact/hooks'
import { ShowsAll } from './shows-all.ts'

/** How much is shown before somebody asks for all of it. */
const FOLD = 6000

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g

export interface JsonViewProps {
  readonly value: unknown
  /** Text is shown as it is, also where it is JSON. */
  readonly isCode?: boolean
}

/** Text that is JSON is indented and coloured; other text is shown as it is. */
export function JsonView({ value, isCode = false }: JsonViewProps) {
  const showsAll = useContext(ShowsAll)
  const [asked, setWhole] = useState<boolean>()
  const isWhole = asked ?? showsAll
  const { text, isJson } = isCode ? { text: String(value), isJson: false } : prettyPrint(value)
  const isLong = text.length > FOLD
  const shown = isLong && !isWhole ? text.slice(0, FOLD) : text
  return (
    <div class="json">
      <pre tabIndex={0}>{isJson ? colour(shown) : shown}</pre>
      {isLong && (
        <button type="button" class="link" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show less' : `Show all ${text.length.toLocaleString('en')} characters`}
        </button>
      )}
    </div>
  )
}

function prettyPrint(value: unknown): { text: string; isJson: boolean } {
  if (typeof value !== 'string') return { text: stringify(value), isJson: true }
  try {
    const parsed: unknown = JSON.parse(value, exactNumber)
    if (typeof parsed === 'object' && parsed !== null) return { text: stringify(parsed), isJson: true }
  } catch {}
  return { text: value, isJson: false }
}

function stringify(value: unknown): string {
  return (
    JSON.stringify(
      value,
      (_, inner) => {
        if (inner instanceof Uint8Array) return `(${inner.length} bytes)`
        return typeof inner === 'bigint' ? String(inner) : inner
      },
      2,
    ) ?? 'undefined'
  )
}

function colour(text: string) {
  const parts = []
  let end = 0
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon, word] = match
    parts.push(text.slice(end, match.index))
    end = match.index + whole.length
    if (string && colon) parts.push(<span class="json-key">{string}</span>, colon)
    else parts.push(<span class={string ? 'json-string' : word ? 'json-word' : 'json-number'}>{whole}</span>)
  }
  return [...parts, text.slice(end)]
}
