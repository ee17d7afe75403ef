import { Dialog } from './dialog.tsx'
import { SHORTCUTS } from './shortcuts.ts'

export interface ShortcutsDialogProps {
  /** How many views there are to go to by their numbers. */
  readonly views: number
  readonly onClose: () => void
}

export function ShortcutsDialog({ views, onClose }: ShortcutsDialogProps) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="shortcuts">
        {[{ shown: `1 … ${views}`, what: 'Go to a view' }, ...Object.values(SHORTCUTS)].map(
          ({ shown, what }) => (
            <div key={shown}>
              <dt>
                <kbd>{shown}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ),
        )}
      </dl>
    </Dialog>
  )
}
