export { checkSessionId } from './check.ts'
export { compileStatement, param } from './compiled-statement.ts'
export { type DatabaseHandle, type HandleResult, toSqlDriver } from './database-handle.ts'
export {
  type BatchOptions,
  type DriverLimits,
  isSqlDriver,
  type SqlDialect,
  type SqlDriver,
  type SqlResult,
  type SqlStatement,
  type SqlValue,
} from './driver.ts'
export { exactNumber } from './exact-number.ts'
export type { CorruptRow, HistoryPage, HistoryWindow, StoredItem } from './history-reader.ts'
export { type ItemCodec, type JsonCodecOptions, jsonCodec } from './item-codec.ts'
export { type ItemIdentity, identifyItem } from './items/identify-item.ts'
export {
  type ItemsSqlOptions,
  identifyFields,
  isItemSql,
  itemFieldsSql,
  itemsSql,
  mayBeToolSql,
} from './items/item-sql.ts'
export { pairResults } from './items/pair-results.ts'
export type { MediaPart, Part } from './items/part.ts'
export { mediaNote, partsText } from './items/part-text.ts'
export { type ItemReading, readItem } from './items/read-item.ts'
export { turnStarts } from './items/turn-starts.ts'
export { withoutOrphans } from './items/without-orphans.ts'
export { databaseUrlFromEnv, driverFromEnv, type OpenOptions, openDriver } from './open-driver.ts'
export { foldText } from './search/fold-text.ts'
export { LIKE_ESCAPE, likePatterns } from './search/like-patterns.ts'
export {
  type SearchHit,
  type SearchOptions,
  type SearchPage,
  searchItems,
} from './search/search-items.ts'
export {
  SessionCatalog,
  type SessionCatalogOptions,
  type SessionPage,
  type SessionSummary,
} from './session-catalog.ts'
export { type OperationOptions, SessionStore, type SessionStoreOptions } from './session-store.ts'
export { type SessionTableNames, type SessionTables, withDefaultNames } from './session-tables.ts'
export { sessionTablesSql } from './session-tables-sql.ts'
export { statementBuilder } from './statement-builder.ts'
export {
  isStorageError,
  StorageError,
  type StorageErrorCode,
  type StorageErrorOptions,
} from './storage-error.ts'
export {
  type StoredChange,
  type StoredData,
  type StoredRow,
  type StoredSession,
  type StoredSessionSummary,
  StoredSessions,
  type StoredTime,
} from './stored-sessions.ts'
export { parseTime } from './time.ts'
