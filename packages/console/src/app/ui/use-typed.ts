import { useEffect, useState } from 'preact/hooks'

const DEBOUNCE_MS = 150

/** A text in a field, which is passed on when its user pauses. Until then the field is ahead of it. */
export function useTyped(text: string, onText: (text: string) => void) {
  const [typed, setTyped] = useState<string>()
  useEffect(() => {
    if (typed === undefined) return
    const timer = setTimeout(() => {
      onText(typed)
      setTyped(undefined)
    }, DEBOUNCE_MS)
    return () => clearTimeout(timer)
  }, [typed])
  return {
    value: typed ?? text,
    onInput: (event: { readonly currentTarget: HTMLInputElement }) => setTyped(event.currentTarget.value),
  }
}
