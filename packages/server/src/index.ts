export type { PerSQLServer } from './create-server.ts'
export { createServer } from './load-create-server.ts'
export type { LogEntry, ServerLimits, ServerOptions } from './server-options.ts'
