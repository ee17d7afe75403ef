/** What a shell reports for a program that SIGINT ended. */
const INTERRUPTED = 130

/** Runs work that goes on until Ctrl-C, or until the program is told to end: then the signal is aborted. */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  onStop(() => {
    process.exitCode = INTERRUPTED
    controller.abort()
  })
  await work(controller.signal)
}

/** Resolves at Ctrl-C, or when the program is told to end. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => onStop(resolve))
}

function onStop(stop: () => void): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop)
}
