import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

export interface Async<T> {
  /** Of the last run that succeeded, also while another one goes on. */
  readonly data: T | undefined
  readonly error: Error | undefined
  readonly isLoading: boolean
  readonly reload: () => void
}

/** Runs when `key` changes, and on `reload`. The answer to an older run is dropped. */
export function useAsync<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Async<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: Error; isLoading: boolean }>({
    key,
    isLoading: true,
  })
  const latest = useRef(load)
  latest.current = load
  const [count, setCount] = useState(0)
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    setState((old) => (old.key === key ? { ...old, isLoading: true } : { key, isLoading: true }))
    latest
      .current(signal)
      .then((data) => !signal.aborted && setState({ key, data, isLoading: false }))
      .catch((error: Error) => !signal.aborted && setState({ key, error, isLoading: false }))
    return () => controller.abort()
  }, [key, count])
  const reload = useCallback(() => setCount((old) => old + 1), [])
  const { data, error, isLoading } = state.key === key ? state : { isLoading: true }
  return { data, error, isLoading, reload }
}

/** Calls `task` every `ms` while the page is visible, and never twice at a time. */
export function useInterval(ms: number, isOn: boolean, task: () => Promise<unknown> | unknown): void {
  const latest = useRef(task)
  latest.current = task
  useEffect(() => {
    if (!isOn) return
    let isBusy = false
    const timer = setInterval(async () => {
      if (isBusy || document.visibilityState === 'hidden') return
      isBusy = true
      try {
        await latest.current()
      } finally {
        isBusy = false
      }
    }, ms)
    return () => clearInterval(timer)
  }, [ms, isOn])
}
