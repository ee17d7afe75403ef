import { navigate } from '../router.ts'
import { isTyping, useKeys } from '../ui/use-keys.ts'

/** `j` and `k` walk through a list of addresses, Escape goes back to it. */
export function useWalk(addresses: readonly string[], open: string | undefined, list: string): void {
  useKeys((event) => {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Escape' && open !== undefined) navigate(list)
    if (event.key !== 'j' && event.key !== 'k') return
    const at = open === undefined ? -1 : addresses.indexOf(open)
    const next = addresses[at + (event.key === 'j' ? 1 : -1)]
    if (next === undefined) return
    // Walking on is one step back, however far it went.
    navigate(next, { replace: open !== undefined })
    document.querySelector(`a[href="${CSS.escape(next)}"]`)?.scrollIntoView({ block: 'nearest' })
  })
}
