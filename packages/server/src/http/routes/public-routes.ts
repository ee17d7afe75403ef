import type { App, Services } from '../services.ts'
import { openApiDocument } from './open-api-document.ts'
import { referencePage } from './reference-page.ts'

/** What needs no token. */
export function publicRoutes(app: App, { pool, metrics, clients, bodies }: Services): void {
  let document: ReturnType<typeof openApiDocument> | undefined
  const describe = () => {
    document ??= openApiDocument(app)
    return document
  }
  app.get('/api/openapi.json', (c) => c.json(describe()))
  app.get('/reference', (c) => c.html(referencePage(describe())))
  app.get('/', (c) => c.redirect('/reference'))
  app.get('/healthz', (c) => {
    if (pool.stats.workers > 0) return c.json({ status: 'ok' })
    return c.json({ status: 'unavailable' }, 503)
  })
  app.get('/metrics', (c) => {
    const { workers, busy, waiting } = pool.stats
    const gauges = {
      persql_workers: workers,
      persql_workers_busy: busy,
      persql_jobs: waiting,
      persql_connections: clients.open,
      persql_request_bytes: bodies.held,
      persql_resident_memory_bytes: process.memoryUsage.rss(),
    }
    const counters = {
      persql_stopped_for_time_total: pool.ended.timeout,
      persql_stopped_for_memory_total: pool.ended.memory,
      persql_stopped_for_temporary_files_total: pool.ended.temporary,
      persql_workers_crashed_total: pool.ended.crashed,
      persql_workers_not_started_total: pool.notStarted,
      persql_connections_closed_idle_total: clients.closed.idle,
      persql_connections_closed_unread_total: clients.closed.unread,
      persql_connections_refused_total: clients.closed.refused,
      persql_log_entries_lost_total: metrics.lostLogEntries,
    }
    return c.text(metrics.text(gauges, counters), 200, { 'content-type': 'text/plain; version=0.0.4' })
  })
}
