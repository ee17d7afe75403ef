import { useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import { type Approval, decide } from '../data/runs.ts'
import { FormDialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/fields.tsx'
import { announceDecision } from './use-waiting-count.ts'

const NAME_KEY = 'persql-console-name'
const MESSAGE_LIMIT = 4000

export interface DecideDialogProps {
  readonly database: Database
  readonly call: Approval
  readonly approve: boolean
  /** Told whether the decision is this one. It is not where somebody else was first, or the run has ended. */
  readonly onDecided: (isOurs: boolean) => void
  readonly onClose: () => void
}

/** Asks once more, because a decision stands; and for what to tell the model of a rejection. */
export function DecideDialog({ database, call, approve, onDecided, onClose }: DecideDialogProps) {
  const [message, setMessage] = useState('')
  const [by, setBy] = useState(() => localStorage.getItem(NAME_KEY) ?? '')
  const [always, setAlways] = useState(false)
  const submit = async () => {
    localStorage.setItem(NAME_KEY, by)
    const given = { message: message.trim() || undefined, by: by.trim() || undefined, always }
    try {
      await decide(database, call, { approve, ...given })
      onDecided(true)
    } catch (error) {
      const { code } = error as { code?: unknown }
      if (code !== 'DECISION_CONFLICT' && code !== 'RUN_CANCELLED' && code !== 'RUN_NOT_FOUND') throw error
      onDecided(false)
    } finally {
      announceDecision()
    }
  }
  const verb = approve ? 'Approve' : 'Reject'
  return (
    <FormDialog
      title={`${verb} ${call.tool}?`}
      action={verb}
      isDangerous={!approve}
      isReady={message.length <= MESSAGE_LIMIT}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label={approve ? 'Note' : 'Message to the model'}
        value={message}
        placeholder="Optional"
        onInput={setMessage}
      />
      <TextField label="Who decides" value={by} placeholder="Optional" onInput={setBy} />
      <label class="toggle wrap">
        <input
          type="checkbox"
          checked={always}
          onChange={(event) => setAlways(event.currentTarget.checked)}
        />
        <span>Also for later calls of this tool in this run</span>
      </label>
      <p class="muted">The first decision stands: it cannot be taken back.</p>
    </FormDialog>
  )
}
