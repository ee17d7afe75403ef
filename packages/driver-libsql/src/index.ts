export type { LibsqlBatchMode, LibsqlClient, LibsqlResult, LibsqlTransaction } from './libsql-client.ts'
export { type LibsqlDriverOptions, libsqlDriver } from './libsql-driver.ts'
