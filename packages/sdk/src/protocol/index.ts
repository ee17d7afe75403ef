/**
 * What client and server of the PerSQL API agree on. Where its public documentation is silent, the choice is made
 * in these files and says so.
 */
export {
  type BranchInfo,
  type BranchRole,
  type ClaimBranchRequest,
  type ClaimedBranch,
  isBranchRef,
  type MergeBranchRequest,
  type MergedBranch,
  type UpsertBranchRequest,
} from './branches.ts'
export type { CallBody, CallData, CallName, CallQuery } from './calls.ts'
export {
  type CreateDatabaseRequest,
  type DatabaseInfo,
  type DeletedResponse,
  isSlug,
  type ListDatabasesQuery,
  toSlug,
} from './databases.ts'
export type { ApprovalHit, CallMeta, Envelope, Failure, Success } from './envelope.ts'
export { HEADERS } from './headers.ts'
export { LIMITS } from './limits.ts'
export { extractLongTexts, LONG_TEXTS_TYPE, restoreLongTexts } from './long-texts.ts'
export { costUsd, PRICES } from './prices.ts'
export { type PathParams, pathOf, ROUTES, type Route } from './routes.ts'
export { rowObjects } from './row-objects.ts'
export type {
  ColumnDescription,
  DescribeResponse,
  ForeignKeyDescription,
  IndexDescription,
  SchemaObject,
  SchemaResponse,
  TableDescription,
  TableInfo,
  TablesResponse,
} from './schema.ts'
export { shortDetail, shortText } from './short-detail.ts'
export type {
  BatchRequest,
  BatchResponse,
  ExplainRequest,
  ExplainResponse,
  PlanRow,
  QueryRequest,
  QueryResponse,
  StatementRequest,
  ValidateRequest,
  ValidateResponse,
} from './sql.ts'
export type { SqlErrorDetail, SqlErrorKind } from './sql-error-detail.ts'
export { SQL_ERROR_STATUS } from './sql-error-status.ts'
export type { CreatedToken, CreateTokenRequest, MeResponse, TokenInfo, TokenRole } from './tokens.ts'
export type { UsageQuery, UsageResponse, UsageRow } from './usage.ts'
export {
  decodeCells,
  decodeValue,
  encodeCell,
  encodeValue,
  encodeValues,
  type SqlValue,
  type WireBigInt,
  type WireBytes,
  type WireCell,
  type WireInfinity,
  type WireValue,
} from './wire-value.ts'
