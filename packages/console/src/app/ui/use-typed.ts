import { useEffect, useRef, useState } from 'preact/hooks'

const DEBOUNCE_MS = 150

/** A text in a field, which is passed on when its user pauses. Until then the field is ahead of it. */
export function useTyped(text: string, onText: (text: string) => void) {
  const [typed, setTyped] = useState<string>()
  // What else changed during the pause counts.
  const latest = useRef(onText)
  latest.current = onText
  useEffect(() => {
    if (typed === undefined) return
    const timer = setTimeout(() => {
      latest.current(typed)
      setTyped(undefined)
    }, DEBOUNCE_MS)
    return () => clearTimeout(timer)
  }, [typed])
  return {
    value: typed ?? text,
    onInput: (event: { readonly currentTarget: HTMLInputElement }) => setTyped(event.currentTarget.value),
  }
}
