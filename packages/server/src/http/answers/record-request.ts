import type { LogEntry } from '../../server-options.ts'
import type { Call, Services } from '../services.ts'

export type Log = ((entry: LogEntry) => void) | undefined

interface Answered {
  readonly method: string
  /** The pattern of the path, never the path itself. */
  readonly route: string
  readonly status: number
  readonly ms: number
}

/** Counts an answered request, and tells the log of it. */
export function record(c: Call, { metrics }: Services, log: Log, answered: Answered): void {
  const { method, route, status, ms } = answered
  metrics.observe(method, route, status, ms)
  if (!log) return
  const token = c.get('token')
  log({
    level: status >= 500 ? 'warn' : 'info',
    event: 'request',
    method,
    route,
    status,
    ms: Math.round(ms * 100) / 100,
    ...(token && { namespace: token.namespaceSlug, token: token.id }),
    ...(c.get('database') && { database: c.get('database') }),
    ...(c.get('errorKind') && { kind: c.get('errorKind') }),
  })
}
