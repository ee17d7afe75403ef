import { useState } from 'preact/hooks'
import { FormDialog } from '../ui/dialog.tsx'

export interface SaveDialogProps {
  readonly onSave: (name: string) => void
  readonly onClose: () => void
}

/** Asks what a query is called that the user keeps. */
export function SaveDialog({ onSave, onClose }: SaveDialogProps) {
  const [name, setName] = useState('')
  return (
    <FormDialog
      title="Save this query"
      action="Save"
      isReady={name.trim() !== ''}
      onSubmit={async () => onSave(name.trim())}
      onClose={onClose}
    >
      <div class="field-group">
        <label class="field">
          <span>Name</span>
          <input value={name} autocomplete="off" onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <small class="muted">It is kept in this browser.</small>
      </div>
    </FormDialog>
  )
}
