export { columnResult, toCell, toCells, toCellsOfRow } from './cells.ts'
export { refuseSideEffects, sideEffectOf } from './refuse-side-effects.ts'
export { type SqliteDriverOptions, type SqliteEngine, sqliteDriver } from './sqlite-driver.ts'
export { sqlError, sqliteErrorCode } from './sqlite-error.ts'
