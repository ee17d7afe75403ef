import { useState } from 'preact/hooks'
import type { Turn } from '../data/outline.ts'
import { clock } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { TurnList } from './turn-list.tsx'

export interface TurnBarProps {
  readonly turns: readonly Turn[]
  readonly current: Turn | undefined
  readonly onJump: (entryIndex: number) => void
  readonly onEnd: () => void
}

/** Goes from turn to turn, and lists them. */
export function TurnBar({ turns, current, onJump, onEnd }: TurnBarProps) {
  const [isListOpen, setListOpen] = useState(false)
  return (
    <>
      <div class="turn-bar">
        <button
          type="button"
          class="quiet"
          aria-label="Previous turn"
          title="Previous turn (p)"
          onClick={() => onJump(turns[(current?.number ?? 1) - 2]?.entryIndex ?? 0)}
        >
          <Icon name="up" />
        </button>
        <button
          type="button"
          class="quiet turn-number"
          aria-expanded={isListOpen}
          onClick={() => setListOpen(!isListOpen)}
        >
          <Icon name="list" />
          Turn {current?.number ?? 0} of {turns.length}
          {current && <span class="muted">{clock(current.at)}</span>}
        </button>
        <button
          type="button"
          class="quiet"
          aria-label="Next turn"
          title="Next turn (n)"
          onClick={() => {
            const next = turns[current?.number ?? 0]
            if (next) onJump(next.entryIndex)
            else onEnd()
          }}
        >
          <Icon name="down" />
        </button>
      </div>
      {isListOpen && (
        <TurnList
          turns={turns}
          current={current?.number}
          onPick={(turn) => {
            onJump(turn.entryIndex)
            setListOpen(false)
          }}
          onClose={() => setListOpen(false)}
        />
      )}
    </>
  )
}
