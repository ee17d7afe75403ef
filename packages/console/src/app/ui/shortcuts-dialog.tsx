import { Dialog } from './dialog.tsx'

const SHORTCUTS = [
  ['/', 'Search sessions or memory'],
  ['j, k', 'Next or previous session, run, call or memory'],
  ['n, p', 'Next or previous turn'],
  ['Home, End', 'Beginning or end of a conversation'],
  ['Ctrl or ⌘ F', 'Find in the conversation'],
  ['a, r', 'Approve or reject a call'],
  ['Esc', 'Back to the list'],
  ['Ctrl or ⌘ Enter', 'Run SQL'],
  ['?', 'This list'],
] as const

export interface ShortcutsDialogProps {
  /** How many views there are to go to by their numbers. */
  readonly views: number
  readonly onClose: () => void
}

export function ShortcutsDialog({ views, onClose }: ShortcutsDialogProps) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="shortcuts">
        {[[`1 … ${views}`, 'Go to a view'] as const, ...SHORTCUTS].map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
