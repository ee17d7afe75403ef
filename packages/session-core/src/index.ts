export { chooseDialect } from './dialects/choose-dialect.ts'
export { compileStatement, param } from './dialects/compiled-statement.ts'
export { dialectOf } from './dialects/dialect-of.ts'
export type { SessionDialect } from './dialects/session-dialect.ts'
export { statementBuilder } from './dialects/statement-builder.ts'
export { type DatabaseHandle, type HandleResult, toSqlDriver } from './driver/handle-driver.ts'
export { inParts } from './driver/in-parts.ts'
export { databaseUrlFromEnv, driverFromEnv, type OpenOptions, openDriver } from './driver/open-driver.ts'
export {
  type BatchOptions,
  type DatabaseChanges,
  type DriverLimits,
  isSqlDriver,
  type SqlDialect,
  type SqlDriver,
  type SqlResult,
  type SqlStatement,
  type SqlValue,
} from './driver/sql-driver.ts'
export {
  isStorageError,
  StorageError,
  type StorageErrorCode,
  type StorageErrorOptions,
} from './driver/storage-error.ts'
export { schemeOf, URL_SCHEMES, type UrlScheme } from './driver/url-schemes.ts'
export { exactNumber } from './items/exact-number.ts'
export { type ItemIdentity, identifyItem } from './items/identify-item.ts'
export { type ItemCodec, type JsonCodecOptions, jsonCodec } from './items/item-codec.ts'
export {
  type ItemsSqlOptions,
  identifyFields,
  isItemSql,
  itemFieldsSql,
  itemsSql,
  mayBeToolSql,
  TOOL_MARKS,
} from './items/item-sql.ts'
export { pairResults } from './items/pair-results.ts'
export type { MediaPart, Part } from './items/part.ts'
export { formatBytes, mediaNote, partsText } from './items/part-text.ts'
export { type ItemReading, readItem } from './items/read-item.ts'
export { turnStarts } from './items/turn-starts.ts'
export { withoutOrphans } from './items/without-orphans.ts'
export { convertItem, type SessionWords } from './items/words/convert-item.ts'
export { type ItemWords, itemWords } from './items/words/item-words.ts'
export { itemWordsSql } from './items/words/item-words-sql.ts'
export { fromResponsesItem, toResponsesItem } from './items/words/responses-item.ts'
export {
  type Decision,
  RunCatalog,
  type RunCatalogOptions,
  type RunListOptions,
  type RunPage,
} from './runs/run-catalog.ts'
export {
  type ClaimOptions,
  type NewStep,
  type Outcome,
  type PendingCall,
  RunClaim,
  RunJournal,
  type RunJournalOptions,
} from './runs/run-journal.ts'
export type { Run, RunApproval, RunStep } from './runs/run-records.ts'
export type { RunStatus, RunStepKind, RunTables } from './runs/run-tables.ts'
export { findRanges, type TextRange } from './search/find-ranges.ts'
export { foldText } from './search/fold-text.ts'
export {
  countUnindexed,
  dropItemIndex,
  type IndexItemsOptions,
  type IndexProgress,
  indexItems,
} from './search/index-items.ts'
export { mayHoldSql } from './search/may-hold-sql.ts'
export {
  type SearchHit,
  type SearchOptions,
  type SearchPage,
  searchItems,
} from './search/search-items.ts'
export { searchTerms } from './search/search-terms.ts'
export { checkSessionId } from './sessions/check-id.ts'
export type { CacheOptions, CacheStats } from './sessions/history-cache.ts'
export type { CorruptRow, DatedItem, HistoryPage, HistoryWindow } from './sessions/history-reader.ts'
export { OpenSession, type OpenSessionOptions } from './sessions/open-session.ts'
export { parseTime } from './sessions/parse-time.ts'
export {
  type RawChange,
  type RawData,
  type RawRow,
  type RawSession,
  type RawSessionSummary,
  RawSessions,
  type RawTime,
} from './sessions/raw-sessions.ts'
export {
  SessionCatalog,
  type SessionCatalogOptions,
  type SessionListOptions,
  type SessionPage,
  type SessionSummary,
} from './sessions/session-catalog.ts'
export { type OperationOptions, SessionStore, type SessionStoreOptions } from './sessions/session-store.ts'
export { type SessionTableNames, type SessionTables, withDefaultNames } from './sessions/session-tables.ts'
export { sessionTablesSql } from './sessions/session-tables-sql.ts'
export { type TableGroup, TableMaker, tableGroup, type WithoutTables } from './sessions/table-maker.ts'
export { RawUsage } from './usage/raw-usage.ts'
export { parseTokenPrices, type TokenPrice, type TokenPrices, tokenCost } from './usage/token-cost.ts'
export {
  type ModelRequest,
  type RecordedRequest,
  type UsageFilter,
  type UsageKey,
  UsageLog,
  type UsageLogOptions,
  type UsageTotal,
} from './usage/usage-log.ts'
export type { RawUsageRow, UsageTables } from './usage/usage-statements.ts'
