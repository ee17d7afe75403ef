import { Dialog } from './dialog.tsx'

const SHORTCUTS = [
  ['1 … 6', 'Go to a view'],
  ['/', 'Search sessions'],
  ['j, k', 'Next or previous session'],
  ['n, p', 'Next or previous turn'],
  ['Home, End', 'Beginning or end of a conversation'],
  ['Esc', 'Back to the list'],
  ['Ctrl or ⌘ Enter', 'Run SQL'],
  ['?', 'This list'],
] as const

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="shortcuts">
        {SHORTCUTS.map(([keys, what]) => (
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
