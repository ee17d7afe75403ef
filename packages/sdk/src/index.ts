export { ApprovalRequiredError } from './approval-required-error.ts'
export type { Branches, UpsertBranchOptions } from './branches.ts'
export type { CreateDatabaseOptions, Databases } from './databases.ts'
export type { DrizzleCallback } from './drizzle-callback.ts'
export type { Fetch, FetchInit, FetchResponse } from './http-client.ts'
export type { LocalDriver, LocalResult } from './local-driver.ts'
export type { BatchOptions, CallOptions, QueryOptions } from './options.ts'
export { PerSQL, type PerSQLOptions, type UsageOptions } from './persql.ts'
export { PerSQLDatabase } from './persql-database.ts'
export { PerSQLError, type PerSQLErrorCode, type PerSQLErrorOptions } from './persql-error.ts'
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
export type { QueryResult } from './query-result.ts'
export { RateLimitError } from './rate-limit-error.ts'
export type { SqlParam, Statement } from './sql-backend.ts'
export type { CreateTokenOptions, Tokens } from './tokens.ts'
