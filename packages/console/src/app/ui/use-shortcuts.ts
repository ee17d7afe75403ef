import { type ShortcutName, shortcutOf } from './shortcuts.ts'
import { useKeys } from './use-keys.ts'

type Handlers = { readonly [Name in ShortcutName]?: () => unknown }

/** Does something at the keys of a shortcut. What the browser makes of these keys is left to it where `false` is returned. */
export function useShortcuts(handlers: Handlers): void {
  useKeys((event) => {
    const name = shortcutOf(event)
    const handle = name && handlers[name]
    if (handle && handle() !== false) event.preventDefault()
  })
}
