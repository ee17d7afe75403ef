import { useEffect } from 'preact/hooks'
import type { MenuItem } from './menu.tsx'

let offered: readonly MenuItem[] = []

/** What can be done with what is open, for whoever looks for it by name. */
export function offeredItems(): readonly MenuItem[] {
  return offered
}

/** Offers the items of a menu also by name, as long as the menu is there. */
export function useOfferedItems(items: readonly MenuItem[]): void {
  useEffect(() => {
    offered = items
    return () => {
      if (offered === items) offered = []
    }
  })
}
