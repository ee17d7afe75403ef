import { useEffect, useRef } from 'preact/hooks'

/** Listens to keys anywhere on the page, as long as no dialog and no menu is open. */
export function useKeys(listen: (event: KeyboardEvent) => void): void {
  const latest = useRef(listen)
  latest.current = listen
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!document.querySelector('dialog[open], :popover-open')) latest.current(event)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

export function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest('input, textarea, select, .sql-editor') !== null
}
