import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { highlight } from '../ui/highlight.ts'

/** Marks what was found in the entries that are in the page, and once shows the first place in the marked one. */
export function useHighlights(
  scroller: { readonly current: HTMLElement | null },
  terms: readonly string[],
  markedId: number | undefined,
): void {
  const shown = useRef<string | undefined>(undefined)
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element || (terms.length === 0 && shown.current === undefined)) return
    const cards = [...element.querySelectorAll('.entry .card:not(.loading)')]
    const places = highlight(cards, terms)
    const wanted = terms.length === 0 ? undefined : `${markedId} ${terms.join(' ')}`
    const place = places[cards.findIndex((card) => card.closest(`[data-row="${markedId}"]`))]
    if (wanted === undefined) shown.current = undefined
    if (!place || shown.current === wanted) return
    shown.current = wanted
    const view = element.getBoundingClientRect()
    const { top, bottom } = place.getBoundingClientRect()
    if (top < view.top + 60 || bottom > view.bottom - 70) {
      element.scrollTop += top - view.top - view.height / 3
    }
  })
  useEffect(() => () => void highlight([], []), [])
}
