export { columnResult, toCell, toCells, toCellsOfRow } from './cells.ts'
export { refuseUnusable } from './refuse-unusable.ts'
export {
  refuseOpenTransaction,
  type SqliteDriverOptions,
  type SqliteEngine,
  sqliteDriver,
} from './sqlite-driver.ts'
export { sqlError, sqliteErrorCode } from './sqlite-error.ts'
