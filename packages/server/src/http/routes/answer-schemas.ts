import { z } from '@hono/zod-openapi'
import {
  type BranchInfo,
  type CallMeta,
  type ClaimedBranch,
  type ColumnDescription,
  type CreatedToken,
  type DatabaseInfo,
  type DeletedResponse,
  type DescribeResponse,
  type ExplainResponse,
  type Failure,
  type ForeignKeyDescription,
  type IndexDescription,
  type MeResponse,
  type MergedBranch,
  type QueryResponse,
  type SchemaObject,
  SQL_ERROR_STATUS,
  type SqlErrorDetail,
  type SqlErrorKind,
  type TableDescription,
  type TableInfo,
  type TokenInfo,
  type UsageRow,
  type ValidateResponse,
  type WireInfinity,
} from '@persql/sdk/protocol'
import { bigint, type Fields, role, value } from './wire-fields.ts'

// What stands in the answers to the calls.

type KeyColumn = NonNullable<SqlErrorDetail['columns']>[number]
type Parent = NonNullable<BranchInfo['forkedFrom']>

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
