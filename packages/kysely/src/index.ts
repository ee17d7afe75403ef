export type { SessionTables } from '@persql/session-core'
export { type KyselyDriverOptions, kyselyDriver } from './kysely-driver.ts'
export { PerSQLDialect, type PerSQLDialectConfig } from './persql-dialect.ts'
