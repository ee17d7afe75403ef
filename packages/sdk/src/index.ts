export type { BatchOptions, CallOptions, QueryOptions } from './call-options.ts'
export type { DrizzleCallback } from './drizzle-callback.ts'
export { ApprovalRequiredError } from './errors/approval-required-error.ts'
export { PerSQLError, type PerSQLErrorCode, type PerSQLErrorOptions } from './errors/persql-error.ts'
export { RateLimitError } from './errors/rate-limit-error.ts'
export type { Fetch, FetchInit, FetchResponse } from './http/fetch.ts'
export type { LocalDriver, LocalResult, LocalSqlDriver } from './local/local-driver.ts'
export { PerSQL, type PerSQLOptions, type UsageOptions } from './persql.ts'
export { PerSQLDatabase } from './persql-database.ts'
export type {
  ApprovalHit,
  BranchInfo,
  BranchRole,
  CallMeta,
  ClaimBranchRequest,
  ClaimedBranch,
  CreatedToken,
  DatabaseInfo,
  DescribeResponse,
  ExplainResponse,
  MeResponse,
  MergedBranch,
  SchemaObject,
  SqlErrorDetail,
  SqlErrorKind,
  SqlValue,
  TableDescription,
  TableInfo,
  TokenInfo,
  TokenRole,
  UsageRow,
  ValidateResponse,
} from './protocol/index.ts'
export type { QueryResult } from './remote/query-result.ts'
export type { Branches, UpsertBranchOptions } from './resources/branches.ts'
export type { CreateDatabaseOptions, Databases } from './resources/databases.ts'
export type { CreateTokenOptions, Tokens } from './resources/tokens.ts'
export type { SqlParam, Statement } from './sql-backend.ts'
