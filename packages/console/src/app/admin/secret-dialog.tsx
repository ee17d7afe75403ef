import { CopyButton } from '../ui/copy-button.tsx'
import { Dialog } from '../ui/dialog.tsx'

export interface SecretDialogProps {
  readonly title: string
  readonly secret: string
  readonly onClose: () => void
}

/** A new token, the only time that it is shown. */
export function SecretDialog({ title, secret, onClose }: SecretDialogProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>Copy the token now: it is not shown again.</p>
      <p class="secret">
        <code>{secret}</code>
      </p>
      <footer class="dialog-foot">
        <CopyButton text={secret} label="Copy token" />
        <button type="button" class="primary" onClick={onClose}>
          Done
        </button>
      </footer>
    </Dialog>
  )
}
