export { type BetterSqlite3DriverOptions, betterSqlite3Driver } from './better-sqlite3-driver.ts'
export type { SqliteHandle } from './sqlite-handle.ts'
