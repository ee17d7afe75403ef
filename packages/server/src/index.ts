export { createServer, type PerSQLServer } from './create-server.ts'
export type { LogEntry, ServerLimits, ServerOptions } from './server-options.ts'
