/** What a shell reports for a program that SIGINT ended. */
const INTERRUPTED = 130

/** Runs work that goes on until Ctrl-C, or until it is told to end, which aborts the signal. */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  const stop = () => {
    process.exitCode = INTERRUPTED
    controller.abort()
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop)
  try {
    await work(controller.signal)
  } finally {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop)
  }
}
