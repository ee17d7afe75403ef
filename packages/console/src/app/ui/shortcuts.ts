import { isTyping } from './use-keys.ts'

interface Shortcut {
  /** As the event names them; `Mod-` stands for Ctrl or ⌘. */
  readonly keys: readonly [string, ...string[]]
  /** How people call them. */
  readonly shown: string
  readonly what: string
}

/** All keys, in the order in which the help lists them. What listens to one takes it from here. */
export const SHORTCUTS = {
  palette: {
    keys: ['Mod-k'],
    shown: 'Ctrl or ⌘ K',
    what: 'Go to a view, database or session, or do something',
  },
  search: { keys: ['/'], shown: '/', what: 'Search sessions or memory' },
  next: { keys: ['j', 'ArrowDown'], shown: 'j, ↓', what: 'Next session, run, call or memory in the list' },
  previous: { keys: ['k', 'ArrowUp'], shown: 'k, ↑', what: 'The one before it' },
  nextTurn: { keys: ['n'], shown: 'n', what: 'Next turn' },
  previousTurn: { keys: ['p'], shown: 'p', what: 'Previous turn' },
  beginning: { keys: ['Home'], shown: 'Home', what: 'Beginning of a conversation' },
  end: { keys: ['End'], shown: 'End', what: 'End of a conversation' },
  find: { keys: ['Mod-f'], shown: 'Ctrl or ⌘ F', what: 'Find in the conversation' },
  approve: { keys: ['a'], shown: 'a', what: 'Approve a call' },
  reject: { keys: ['r'], shown: 'r', what: 'Reject a call' },
  back: { keys: ['Escape'], shown: 'Esc', what: 'Back to the list' },
  runSql: { keys: ['Mod-Enter'], shown: 'Ctrl or ⌘ Enter', what: 'Run SQL' },
  help: { keys: ['?'], shown: '?', what: 'This list' },
} as const satisfies Readonly<Record<string, Shortcut>>

export type ShortcutName = keyof typeof SHORTCUTS

const NAMES = Object.keys(SHORTCUTS) as ShortcutName[]

/** The shortcut that a key is where it was pressed, if it is one. Letters in a field are none, nor are arrows beside a list. */
export function shortcutOf(event: KeyboardEvent): ShortcutName | undefined {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event
  const isModified = ctrlKey || metaKey
  if (altKey || (isModified && shiftKey) || (!isModified && isTyping(event))) return undefined
  if (key.startsWith('Arrow') && !isInList(event)) return undefined
  const pressed = isModified ? `Mod-${key}` : key
  return NAMES.find((name) => (SHORTCUTS[name] as Shortcut).keys.includes(pressed))
}

/** In the pane beside a list, arrows scroll. */
function isInList({ target }: KeyboardEvent): boolean {
  return target === document.body || (target instanceof Element && target.closest('.session-list') !== null)
}
