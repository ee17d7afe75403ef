import { number } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { useTyped } from '../ui/use-typed.ts'
import type { Found } from './use-find.ts'

export interface FindBarProps {
  readonly text: string
  readonly found: Found
  /** Which of the found entries is shown, from 0; -1 for none of them. */
  readonly at: number
  readonly onText: (text: string) => void
  readonly onStep: (step: 1 | -1) => void
  readonly onClose: () => void
  readonly inputRef: { current: HTMLInputElement | null }
}

/** Looks for a text in the whole conversation. */
export function FindBar({ text, found, at, onText, onStep, onClose, inputRef }: FindBarProps) {
  const count = found.entries.length
  const field = useTyped(text, onText)
  return (
    <search class="find-bar">
      <Icon name="search" />
      <input
        ref={inputRef}
        type="text"
        aria-label="Find in this session"
        placeholder="Find in this session"
        autocomplete="off"
        spellcheck={false}
        {...field}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault()
            onStep(event.shiftKey ? -1 : 1)
          }
          if (event.key === 'Escape') {
            event.stopPropagation()
            onClose()
          }
        }}
      />
      <span class="find-count" role="status">
        {countText(found, at)}
      </span>
      <button
        type="button"
        class="quiet"
        aria-label="Previous match"
        title="Previous match (Shift Enter)"
        disabled={count === 0}
        onClick={() => onStep(-1)}
      >
        <Icon name="up" />
      </button>
      <button
        type="button"
        class="quiet"
        aria-label="Next match"
        title="Next match (Enter)"
        disabled={count === 0}
        onClick={() => onStep(1)}
      >
        <Icon name="down" />
      </button>
      <button type="button" class="quiet" aria-label="Close" title="Close (Esc)" onClick={onClose}>
        <Icon name="close" />
      </button>
    </search>
  )
}

function countText({ terms, entries, isBusy, error }: Found, at: number): string {
  if (error) return error.message
  if (terms.length === 0) return ''
  if (isBusy) return '…'
  if (entries.length === 0) return 'No match'
  return at < 0 ? `${number(entries.length)} items` : `${number(at + 1)} of ${number(entries.length)} items`
}
