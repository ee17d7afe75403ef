import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

export interface Async<T> {
  /** Of the last run that succeeded, also while another one goes on. */
  readonly data: T | undefined
  readonly error: Error | undefined
  readonly isLoading: boolean
  /** Runs again; behind the run that is under way, if there is one, so that whoever asks often still gets answers. */
  readonly reload: () => void
}

/** Runs when `key` changes, and on `reload`. The answer to a run with an older key is dropped. */
export function useAsync<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Async<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: Error; isLoading: boolean }>({
    key,
    isLoading: true,
  })
  const latest = useRef(load)
  latest.current = load
  const [count, setCount] = useState(0)
  const progress = useRef<'running' | 'running, once more' | 'done'>('done')
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const end = (outcome: { data?: T; error?: Error }) => {
      if (signal.aborted) return
      setState({ key, ...outcome, isLoading: false })
      const isAskedAgain = progress.current === 'running, once more'
      progress.current = 'done'
      if (isAskedAgain) setCount((old) => old + 1)
    }
    progress.current = 'running'
    setState((old) => (old.key === key ? { ...old, isLoading: true } : { key, isLoading: true }))
    latest
      .current(signal)
      .then((data) => end({ data }))
      .catch((error: Error) => end({ error }))
    return () => controller.abort()
  }, [key, count])
  const reload = useCallback(() => {
    if (progress.current === 'done') setCount((old) => old + 1)
    else progress.current = 'running, once more'
  }, [])
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
