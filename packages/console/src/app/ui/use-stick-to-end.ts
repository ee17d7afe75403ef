import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'

interface Scroller {
  readonly current: HTMLElement | null
}

/** As near to its end, in pixels, somebody who scrolls is taken to want to stay there. */
const NEAR = 4

/**
 * Keeps a list at its end while it grows or its rows are measured, until somebody scrolls up. `size` is its length.
 */
export function useStickToEnd(scroller: Scroller, size: number) {
  const isStuck = useRef(false)
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const leave = () => {
      isStuck.current = false
    }
    const onWheel = ({ deltaY }: WheelEvent) => deltaY < 0 && leave()
    const onKey = ({ key }: KeyboardEvent) => /^(ArrowUp|PageUp|Home)$/.test(key) && leave()
    const onScroll = () => {
      if (element.scrollHeight - element.clientHeight - element.scrollTop < NEAR) isStuck.current = true
    }
    const controller = new AbortController()
    const options = { signal: controller.signal, passive: true }
    element.addEventListener('wheel', onWheel, options)
    element.addEventListener('keydown', onKey, options)
    element.addEventListener('touchmove', leave, options)
    element.addEventListener('pointerdown', leave, options)
    element.addEventListener('scroll', onScroll, options)
    return () => controller.abort()
  }, [scroller])
  useLayoutEffect(() => {
    if (isStuck.current) toEnd(scroller.current)
  }, [size, scroller])
  return useMemo(
    () => ({
      stick() {
        isStuck.current = true
        toEnd(scroller.current)
      },
      leave() {
        isStuck.current = false
      },
    }),
    [scroller],
  )
}

function toEnd(element: HTMLElement | null): void {
  if (element) element.scrollTop = element.scrollHeight
}
