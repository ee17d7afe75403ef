import { useEffect, useReducer } from 'preact/hooks'

interface Toast {
  readonly text: string
  readonly isProblem: boolean
  /** When it goes, unless somebody takes it away before. */
  readonly until: number
  readonly action?: { readonly label: string; readonly onPick: () => void }
}

const SHORT_MS = 2500
const LONG_MS = 8000

let shown: readonly Toast[] = []
const listeners = new Set<() => void>()

function set(next: readonly Toast[]): void {
  shown = next
  for (const listen of listeners) listen()
}

/** Says something for a while. Returns what takes it away at once. */
export function say(
  text: string,
  { ms = SHORT_MS, isProblem = false, action }: Partial<Omit<Toast, 'text' | 'until'>> & { ms?: number } = {},
): () => void {
  const toast: Toast = { text, isProblem, until: Date.now() + ms, ...(action && { action }) }
  const remove = () => set(shown.filter((one) => one !== toast))
  set([...shown, toast])
  setTimeout(remove, ms)
  return remove
}

export function sayProblem(error: unknown): void {
  say(error instanceof Error ? error.message : String(error), { ms: LONG_MS, isProblem: true })
}

/** What is being said, above everything else. */
export function Toasts() {
  const [, rerender] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    const listen = () => rerender(undefined)
    listeners.add(listen)
    // Only what counts down has something to redraw.
    const timer = setInterval(() => shown.some(({ action }) => action) && listen(), 1000)
    return () => {
      listeners.delete(listen)
      clearInterval(timer)
    }
  }, [])
  return (
    <div class="toasts" role="status">
      {shown.map((toast) => (
        <p key={`${toast.until} ${toast.text}`} class={toast.isProblem ? 'toast is-problem' : 'toast'}>
          <span class="grow">{toast.text}</span>
          {toast.action && (
            <button type="button" onClick={toast.action.onPick}>
              {toast.action.label}
              <span class="muted" aria-hidden="true">
                {Math.max(0, Math.ceil((toast.until - Date.now()) / 1000))} s
              </span>
            </button>
          )}
        </p>
      ))}
    </div>
  )
}
