import type { Metrics } from './metrics.ts'
import type { LogEntry, ServerOptions } from './server-options.ts'

/** A log that never throws: what a sink does not take is counted as lost. */
export function safeLog(
  sink: ServerOptions['log'],
  metrics: Metrics,
): ((entry: LogEntry) => void) | undefined {
  if (!sink) return
  const lose = () => {
    metrics.lostLogEntries += 1
  }
  return (entry) => {
    try {
      const taken = sink(entry)
      if (taken instanceof Promise) taken.catch(lose)
    } catch {
      lose()
    }
  }
}
