import { say, sayProblem } from '../ui/toasts.tsx'

/** How long it can still be kept. */
const UNDO_MS = 10_000

/** What will be deleted, by its key, with what keeps it. */
const leaving = new Map<string, () => void>()
const listeners = new Set<() => void>()

export function isLeaving(key: string): boolean {
  return leaving.has(key)
}

/** Calls back when something begins or ends to be deleted. Returns what ends that. */
export function onLeaving(callback: () => void): () => void {
  listeners.add(callback)
  return () => listeners.delete(callback)
}

/**
 * Deletes after some seconds, in which that can be undone. Only this page knows of it until then: what is on a page
 * that is closed before, or whose user signs out, is kept.
 */
export function deleteLater(key: string, text: string, task: () => Promise<unknown>): void {
  if (leaving.has(key)) return
  const change = () => {
    for (const listen of listeners) listen()
  }
  const end = () => {
    clearTimeout(timer)
    remove()
    leaving.delete(key)
    change()
  }
  const timer = setTimeout(() => void task().catch(sayProblem).finally(end), UNDO_MS)
  const remove = say(text, { ms: UNDO_MS, action: { label: 'Undo', onPick: end } })
  leaving.set(key, end)
  change()
}

/** Keeps everything that would be deleted. */
export function keepAllLeaving(): void {
  for (const end of [...leaving.values()]) end()
}
