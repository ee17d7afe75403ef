import { useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import type { Outline } from '../data/outline.ts'
import { forkSession } from '../data/session-actions.ts'
import { FormDialog } from '../ui/dialog.tsx'
import { NumberField, TextField } from '../ui/fields.tsx'
import { number } from '../ui/format.ts'

export interface ForkDialogProps {
  readonly database: Database
  readonly sessionId: string
  readonly outline: Outline
  /** The turn to propose, from 1; otherwise the last one. */
  readonly turn: number | undefined
  readonly onForked: (newId: string) => void
  readonly onClose: () => void
}

/** Asks for the id of the copy, and how far it goes. */
export function ForkDialog({ database, sessionId, outline, turn, onForked, onClose }: ForkDialogProps) {
  const { turns } = outline
  const [newId, setNewId] = useState(`${sessionId}-fork`)
  const [through, setThrough] = useState(String(turn ?? turns.length))
  const last = Number(through)
  const fork = async () => {
    await forkSession(database, sessionId, newId, last < turns.length ? lastRowOf(outline, last) : undefined)
    onForked(newId)
  }
  return (
    <FormDialog
      title="Fork this session"
      action="Fork"
      isReady={newId !== ''}
      onSubmit={fork}
      onClose={onClose}
    >
      <p class="prose">A new session begins with the same items. This one stays as it is.</p>
      <TextField label="Id of the new session" value={newId} onInput={setNewId} />
      {turns.length > 1 && (
        <NumberField
          label={`With turns 1 to … of ${number(turns.length)}`}
          value={through}
          min={1}
          max={turns.length}
          onInput={setThrough}
        />
      )}
    </FormDialog>
  )
}

/** The last row before the turn after this one. */
function lastRowOf({ turns, entries, rows }: Outline, turn: number): number | undefined {
  const next = entries[turns[turn]?.entryIndex ?? entries.length]
  return next && rows.findLast(({ id }) => id < next.row.id)?.id
}
