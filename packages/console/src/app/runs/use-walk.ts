import { navigate } from '../router.ts'
import { useShortcuts } from '../ui/use-shortcuts.ts'

/** The keys for the next and the previous one walk through a list of addresses, Escape goes back to it. */
export function useWalk(addresses: readonly string[], open: string | undefined, list: string): void {
  const walk = (step: number) => {
    const next = addresses[(open === undefined ? -1 : addresses.indexOf(open)) + step]
    if (next === undefined) return
    // Walking on is one step back, however far it went.
    navigate(next, { replace: open !== undefined })
    document.querySelector(`a[href="${CSS.escape(next)}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  useShortcuts({
    back: () => open !== undefined && navigate(list),
    next: () => walk(1),
    previous: () => walk(-1),
  })
}
