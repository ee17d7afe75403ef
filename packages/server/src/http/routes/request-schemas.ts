import { z } from '@hono/zod-openapi'
import {
  type BatchRequest,
  type BranchRole,
  type ClaimBranchRequest,
  type CreateDatabaseRequest,
  type CreateTokenRequest,
  isBranchRef,
  isSlug,
  LIMITS,
  type ListDatabasesQuery,
  type MergeBranchRequest,
  type QueryRequest,
  type StatementRequest,
  type UpsertBranchRequest,
  type UsageQuery,
} from '@persql/sdk/protocol'
import { type Fields, role, type Same, value } from './wire-fields.ts'

// Bodies and query parameters of the calls.

const name = z.string().trim().min(1).max(LIMITS.nameLength)
const time = z.iso.datetime({ offset: true })
const ttlDays = z.number().positive().max(LIMITS.databaseTtlDays.max)
const tableName = z.string().min(1).max(200)

const slug = z.string().min(1).max(63).refine(isSlug, 'lower case letters, digits and dashes')
const ref = z.string().min(1).max(LIMITS.refLength).refine(isBranchRef, 'letters, digits and . _ - /')
const branchRole = z.enum({ read: 'read', write: 'write', admin: 'admin' } satisfies Same<BranchRole>)

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

const day = z.iso.date()
export const usageQuery = z.object({
  from: day.optional(),
  to: day.optional(),
  database: z.string().optional(),
  token: z.string().optional(),
} satisfies Fields<UsageQuery>)
