export {
  type BetterSqlite3DriverOptions,
  betterSqlite3Driver,
  type SqliteHandle,
} from './better-sqlite3-driver.ts'
