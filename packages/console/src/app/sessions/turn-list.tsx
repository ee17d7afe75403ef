import { useEffect, useRef, useState } from 'preact/hooks'
import type { Turn } from '../data/outline.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Time } from '../ui/time.tsx'
import { useVirtual } from '../ui/use-virtual.ts'

export interface TurnListProps {
  readonly turns: readonly Turn[]
  readonly current: number | undefined
  readonly onPick: (turn: Turn) => void
  readonly onClose: () => void
}

/** The turns by what the user said, to jump to one. */
export function TurnList({ turns, current, onPick, onClose }: TurnListProps) {
  const [text, setText] = useState('')
  const scroller = useRef<HTMLDivElement>(null)
  const found = turns.filter((turn) => turn.text.toLowerCase().includes(text.toLowerCase()))
  const virtual = useVirtual({
    count: found.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 40,
  })
  useEffect(() => {
    if (current !== undefined) virtual.scrollToIndex(current - 1, { align: 'center' })
  }, [])
  return (
    <Dialog title="Turns" onClose={onClose}>
      <input
        type="search"
        class="turn-search"
        aria-label="Search turns"
        placeholder="Search turns"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value)
          virtual.scrollToOffset(0)
        }}
      />
      <div class="turn-list" ref={scroller}>
        <ol class="virtual" style={{ height: `${virtual.getTotalSize()}px` }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const turn = found[index]!
            return (
              <li key={turn.number} style={{ transform: `translateY(${start}px)` }}>
                <button
                  type="button"
                  class="turn-row"
                  aria-current={turn.number === current ? 'true' : undefined}
                  onClick={() => onPick(turn)}
                >
                  <span class="turn-index">{turn.number}</span>
                  <span class="turn-text">{turn.text || 'No text'}</span>
                  <Time at={turn.at} />
                </button>
              </li>
            )
          })}
        </ol>
      </div>
    </Dialog>
  )
}
