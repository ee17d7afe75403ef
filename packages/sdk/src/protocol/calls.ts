import type {
  BranchInfo,
  ClaimBranchRequest,
  ClaimedBranch,
  MergeBranchRequest,
  MergedBranch,
  UpsertBranchRequest,
} from './branches.ts'
import type { CreateDatabaseRequest, DatabaseInfo, DeletedResponse, ListDatabasesQuery } from './databases.ts'
import type { ROUTES } from './routes.ts'
import type { DescribeResponse, SchemaResponse, TablesResponse } from './schema.ts'
import type {
  BatchRequest,
  BatchResponse,
  ExplainRequest,
  ExplainResponse,
  QueryRequest,
  QueryResponse,
  ValidateRequest,
  ValidateResponse,
} from './sql.ts'
import type { CreatedToken, CreateTokenRequest, MeResponse, TokenInfo } from './tokens.ts'
import type { UsageQuery, UsageResponse } from './usage.ts'

/** The name of a call, which is the one of its route. */
export type CallName = keyof typeof ROUTES

/** What a call takes as the body of its request; `undefined` where it has none. */
export type CallBody<Name extends CallName> = Shapes[Name] extends { readonly body: infer Body }
  ? Body
  : undefined

/** What a call takes as query parameters; `undefined` where it has none. */
export type CallQuery<Name extends CallName> = Shapes[Name] extends { readonly query: infer Query }
  ? Query
  : undefined

/** The `data` of a call's success. */
export type CallData<Name extends CallName> = Shapes[Name]['data']

interface Shapes {
  readonly query: { readonly body: QueryRequest; readonly data: QueryResponse }
  readonly batch: { readonly body: BatchRequest; readonly data: BatchResponse }
  readonly explain: { readonly body: ExplainRequest; readonly data: ExplainResponse }
  readonly validate: { readonly body: ValidateRequest; readonly data: ValidateResponse }
  readonly tables: { readonly data: TablesResponse }
  readonly describe: { readonly data: DescribeResponse }
  readonly schema: { readonly data: SchemaResponse }

  readonly listBranches: { readonly data: readonly BranchInfo[] }
  readonly claimBranch: { readonly body: ClaimBranchRequest; readonly data: ClaimedBranch }
  readonly upsertBranch: { readonly body: UpsertBranchRequest; readonly data: BranchInfo }
  readonly getBranch: { readonly data: BranchInfo }
  readonly deleteBranch: { readonly data: DeletedResponse }
  readonly mergeBranch: { readonly body: MergeBranchRequest; readonly data: MergedBranch }

  readonly listDatabases: { readonly query: ListDatabasesQuery; readonly data: readonly DatabaseInfo[] }
  readonly createDatabase: { readonly body: CreateDatabaseRequest; readonly data: DatabaseInfo }
  readonly getDatabase: { readonly data: DatabaseInfo }
  readonly deleteDatabase: { readonly data: DeletedResponse }

  readonly listTokens: { readonly data: readonly TokenInfo[] }
  readonly createToken: { readonly body: CreateTokenRequest; readonly data: CreatedToken }
  readonly revokeToken: { readonly data: DeletedResponse }

  readonly usage: { readonly query: UsageQuery; readonly data: UsageResponse }
  readonly me: { readonly data: MeResponse }
}
