import { z } from '@hono/zod-openapi'
import {
  type BatchRequest,
  type BranchInfo,
  type BranchRole,
  type CallMeta,
  type ClaimBranchRequest,
  type ClaimedBranch,
  type ColumnDescription,
  type CreateDatabaseRequest,
  type CreatedToken,
  type CreateTokenRequest,
  type DatabaseInfo,
  type DeletedResponse,
  type DescribeResponse,
  type ExplainResponse,
  type Failure,
  type ForeignKeyDescription,
  type IndexDescription,
  isBranchRef,
  isSlug,
  LIMITS,
  type ListDatabasesQuery,
  type MeResponse,
  type MergeBranchRequest,
  type MergedBranch,
  type QueryRequest,
  type QueryResponse,
  type SchemaObject,
  SQL_ERROR_STATUS,
  type SqlErrorDetail,
  type SqlErrorKind,
  type StatementRequest,
  type TableDescription,
  type TableInfo,
  type TokenInfo,
  type TokenRole,
  type UpsertBranchRequest,
  type UsageQuery,
  type UsageRow,
  type ValidateResponse,
  type WireBigInt,
  type WireBytes,
  type WireInfinity,
} from '@persql/sdk/protocol'

/**
 * A schema for each field of a shape of the protocol. An object that `satisfies` it does not compile where either side
 * has a field that the other one lacks, or gives a field another type.
 */
export type Fields<Shape> = { readonly [Name in keyof Shape]-?: z.ZodType<Inferred<Shape[Name]>> }

/** A shape as a schema has it: a field that may be left out may be undefined too. */
export type Inferred<Shape> = Shape extends object
  ? {
      readonly [Name in keyof Shape]:
        | Inferred<Shape[Name]>
        | (object extends Pick<Shape, Name> ? undefined : never)
    }
  : Shape

/** Each of some words, under itself. */
type Same<Word extends string> = { readonly [Each in Word]: Each }

type KeyColumn = NonNullable<SqlErrorDetail['columns']>[number]
type Parent = NonNullable<BranchInfo['forkedFrom']>

const name = z.string().trim().min(1).max(LIMITS.nameLength)
const time = z.iso.datetime({ offset: true })
const ttlDays = z.number().positive().max(LIMITS.databaseTtlDays.max)
const tableName = z.string().min(1).max(200)

const slug = z.string().min(1).max(63).refine(isSlug, 'lower case letters, digits and dashes')
const ref = z.string().min(1).max(LIMITS.refLength).refine(isBranchRef, 'letters, digits and . _ - /')
const role = z.enum({
  admin: 'admin',
  readwrite: 'readwrite',
  readonly: 'readonly',
} satisfies Same<TokenRole>)
const branchRole = z.enum({ read: 'read', write: 'write', admin: 'admin' } satisfies Same<BranchRole>)

// Bodies.

export const createDatabase = z
  .strictObject({
    name,
    slug,
    region: z.string().max(40).optional(),
    ttlDays: ttlDays.optional(),
    ttl_days: ttlDays.optional(),
    expiresAt: time.optional(),
  } satisfies Fields<CreateDatabaseRequest>)
  .openapi('CreateDatabase')

export const upsertBranch = z
  .strictObject({
    fromRef: z.string().min(1).max(LIMITS.refLength).optional(),
    name: name.optional(),
    region: z.string().max(40).optional(),
    ttlDays: z.number().min(LIMITS.branchTtlDays.min).max(LIMITS.branchTtlDays.max).optional(),
    expiresAt: time.optional(),
  } satisfies Fields<UpsertBranchRequest>)
  .openapi('UpsertBranch')

export const claimBranch = z
  .strictObject({
    ref: ref.optional(),
    purpose: z.string().max(200).optional(),
    ttlSec: z.int().min(LIMITS.claimTtlSec.min).max(LIMITS.claimTtlSec.max).optional(),
    role: branchRole.optional(),
  } satisfies Fields<ClaimBranchRequest>)
  .openapi('ClaimBranch')

export const mergeBranch = z
  .strictObject({ mode: z.literal('schema') } satisfies Fields<MergeBranchRequest>)
  .openapi('MergeBranch')

export const createToken = z
  .strictObject({
    name,
    role: role.optional(),
    tableScope: z.array(tableName).min(1).max(1000).optional(),
    database: z.string().min(1).max(200).optional(),
    expiresAt: time.optional(),
    ttlSec: z
      .int()
      .min(1)
      .max(10 * 365 * 86_400)
      .optional(),
  } satisfies Fields<CreateTokenRequest>)
  .openapi('CreateToken')

const bigint = z.strictObject({ $bigint: z.string() } satisfies Fields<WireBigInt>)
const value = z
  .union([
    z.null(),
    z.string(),
    z.number(),
    z.boolean(),
    z.strictObject({ $bytes: z.string() } satisfies Fields<WireBytes>),
    bigint,
  ])
  .openapi('Value', {
    description: 'Blobs are base64 in $bytes, integers beyond 2^53 are decimal digits in $bigint.',
  })

const statementFields = {
  sql: z.string().openapi({ description: 'One statement.', example: 'select * from users where id = ?' }),
  params: z
    .array(value)
    .optional()
    .openapi({ description: 'One value for each placeholder.', example: [1] }),
} satisfies Fields<StatementRequest>
const statement = z.object(statementFields).openapi('Statement')
const readOnly = z
  .boolean()
  .optional()
  .openapi({ description: 'A promise; a statement that writes is refused.' })

export const query = z
  .object({ ...statementFields, readOnly } satisfies Fields<QueryRequest>)
  .openapi('Query')
export const batch = z
  .object({
    statements: z.array(statement).min(1).max(LIMITS.statements),
    transaction: z.boolean().optional().openapi({ description: 'All statements or none. Default: false.' }),
    readOnly,
  } satisfies Fields<BatchRequest>)
  .openapi('Batch')
export { statement }

export const listDatabasesQuery = z.object({
  pageSize: z.string().optional(),
} satisfies Fields<ListDatabasesQuery>)

// Query parameters.

const day = z.iso.date()
export const usageQuery = z.object({
  from: day.optional(),
  to: day.optional(),
  database: z.string().optional(),
  token: z.string().optional(),
} satisfies Fields<UsageQuery>)

// Data of answers.

const cell = z
  .union([
    value,
    z.strictObject({ $number: z.enum(['Infinity', '-Infinity']) } satisfies Fields<WireInfinity>),
  ])
  .openapi('Cell', { description: 'A value, or a number that is infinite, which JSON has no number for.' })

export const queryResult = z
  .object({
    columns: z.array(z.string()),
    rows: z.array(z.array(cell)),
    rowsRead: z.int(),
    rowsWritten: z.int(),
    changes: z.int().optional(),
    lastInsertRowid: z.union([z.int(), bigint]).optional(),
  } satisfies Fields<QueryResponse>)
  .openapi('QueryResult')

const errorKind = z.enum(Object.keys(SQL_ERROR_STATUS) as [SqlErrorKind, ...SqlErrorKind[]])

const errorDetail = z
  .object({
    kind: errorKind,
    message: z.string(),
    table: z.string().optional(),
    column: z.string().optional(),
    columns: z
      .array(z.object({ table: z.string(), column: z.string() } satisfies Fields<KeyColumn>))
      .optional(),
    constraint: z.string().optional(),
    near: z.string().optional(),
    hint: z.string().optional(),
    statementIndex: z.int().optional(),
  } satisfies Fields<SqlErrorDetail>)
  .openapi('ErrorDetail')

export const failure = z
  .object({
    success: z.literal(false),
    error: z.string(),
    errorDetail: errorDetail.optional(),
  } satisfies Fields<Omit<Failure, 'approvalToken' | 'approvalUrl' | 'hits' | 'expiresAt'>>)
  .openapi('Failure')

export const meta = z
  .object({
    rowsRead: z.int(),
    rowsWritten: z.int(),
    durationMs: z.number(),
    statementCount: z.int(),
    costUsd: z.number(),
  } satisfies Fields<Omit<CallMeta, 'snapshot' | 'queryLogId'>>)
  .openapi('Meta')

export const database = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    status: z.string(),
    region: z.string(),
    forkedFromId: z.string().nullable(),
    expiresAt: z.string().nullable(),
    createdAt: z.string(),
  } satisfies Fields<DatabaseInfo>)
  .openapi('Database')

export const branch = database
  .extend({
    branchRef: z.string(),
    forkedFrom: z.object({ id: z.string(), slug: z.string(), name: z.string() } satisfies Fields<Parent>),
    forkedAt: z.string().nullable(),
  } satisfies Fields<Omit<BranchInfo, keyof DatabaseInfo>>)
  .openapi('Branch')

export const claimedBranch = z
  .object({
    branchRef: z.string(),
    token: z.string(),
    expiresAt: z.string(),
    namespaceSlug: z.string(),
    databaseSlug: z.string(),
    outcome: z.enum(['created', 'reset']),
  } satisfies Fields<ClaimedBranch>)
  .openapi('ClaimedBranch')

export const mergedBranch = z
  .object({
    branchRef: z.string(),
    mode: z.literal('schema'),
    applied: z.array(z.string()),
  } satisfies Fields<MergedBranch>)
  .openapi('MergedBranch')

export const deleted = z
  .object({ deleted: z.literal(true) } satisfies Fields<DeletedResponse>)
  .openapi('Deleted')

export const tokenInfo = z
  .object({
    id: z.string(),
    name: z.string(),
    role,
    tableScope: z.array(z.string()).nullable(),
    database: z.string().nullable(),
    expiresAt: z.string().nullable(),
    createdAt: z.string(),
  } satisfies Fields<TokenInfo>)
  .openapi('Token')

export const createdToken = tokenInfo
  .extend({ token: z.string() } satisfies Fields<Omit<CreatedToken, keyof TokenInfo>>)
  .openapi('CreatedToken')

export const me = z
  .object({
    namespaceSlug: z.string(),
    namespaceId: z.string(),
    role: z.string(),
  } satisfies Fields<MeResponse>)
  .openapi('Me')

export const usageRow = z
  .object({
    day: z.string(),
    database: z.string(),
    token: z.string(),
    requests: z.int(),
    rowsRead: z.int(),
    rowsWritten: z.int(),
    bytesStored: z.int(),
    costUsd: z.number(),
  } satisfies Fields<UsageRow>)
  .openapi('UsageRow')

export const tables = z
  .array(z.object({ name: z.string(), rowCount: z.int() } satisfies Fields<TableInfo>))
  .openapi('Tables')

export const description = z
  .object({
    databaseDescription: z.string().nullable(),
    tables: z.array(
      z.object({
        table: z.string(),
        description: z.string().nullable(),
        columns: z.array(
          z.object({
            name: z.string(),
            type: z.string(),
            notNull: z.boolean(),
            primaryKey: z.int(),
            defaultValue: z.string().nullable(),
            description: z.string().nullable(),
          } satisfies Fields<ColumnDescription>),
        ),
        foreignKeys: z.array(
          z.object({
            columns: z.array(z.string()),
            referencedTable: z.string(),
            referencedColumns: z.array(z.string()),
            onDelete: z.string(),
            onUpdate: z.string(),
          } satisfies Fields<ForeignKeyDescription>),
        ),
        indexes: z.array(
          z.object({
            name: z.string(),
            unique: z.boolean(),
            columns: z.array(z.string().nullable()),
          } satisfies Fields<IndexDescription>),
        ),
      } satisfies Fields<TableDescription>),
    ),
  } satisfies Fields<DescribeResponse>)
  .openapi('Description')

export const schemaObjects = z
  .array(
    z.object({
      type: z.enum(['table', 'index', 'trigger', 'view']),
      name: z.string(),
      table: z.string(),
      sql: z.string(),
    } satisfies Fields<SchemaObject>),
  )
  .openapi('Schema')

export const explanation = z
  .object({
    plan: z.array(z.tuple([z.int(), z.int(), z.int(), z.string()])),
  } satisfies Fields<ExplainResponse>)
  .openapi('Explanation')

export const validation = z
  .object({
    ok: z.boolean(),
    error: z.string().optional(),
    errorDetail: errorDetail.optional(),
  } satisfies Fields<ValidateResponse>)
  .openapi('Validation')
