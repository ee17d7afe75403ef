import { z } from '@hono/zod-openapi'
import { isBranchRef, isSlug, LIMITS, SQL_ERROR_STATUS, type SqlErrorKind } from '@persql/sdk/protocol'

const name = z.string().trim().min(1).max(LIMITS.nameLength)
const time = z.iso.datetime({ offset: true })
const ttlDays = z.number().positive().max(LIMITS.databaseTtlDays.max)
const tableName = z.string().min(1).max(200)

const slug = z.string().min(1).max(63).refine(isSlug, 'lower case letters, digits and dashes')
const ref = z.string().min(1).max(LIMITS.refLength).refine(isBranchRef, 'letters, digits and . _ - /')
const role = z.enum(['admin', 'readwrite', 'readonly'])
const branchRole = z.enum(['read', 'write', 'admin'])

// Bodies.

export const createDatabase = z
  .strictObject({
    name,
    slug,
    region: z.string().max(40).optional(),
    ttlDays: ttlDays.optional(),
    ttl_days: ttlDays.optional(),
    expiresAt: time.optional(),
  })
  .openapi('CreateDatabase')

export const upsertBranch = z
  .strictObject({
    fromRef: z.string().min(1).max(LIMITS.refLength).optional(),
    name: name.optional(),
    region: z.string().max(40).optional(),
    ttlDays: z.number().min(LIMITS.branchTtlDays.min).max(LIMITS.branchTtlDays.max).optional(),
    expiresAt: time.optional(),
  })
  .openapi('UpsertBranch')

export const claimBranch = z
  .strictObject({
    ref: ref.optional(),
    purpose: z.string().max(200).optional(),
    ttlSec: z.int().min(LIMITS.claimTtlSec.min).max(LIMITS.claimTtlSec.max).optional(),
    role: branchRole.optional(),
  })
  .openapi('ClaimBranch')

export const mergeBranch = z.strictObject({ mode: z.literal('schema') }).openapi('MergeBranch')

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
  })
  .openapi('CreateToken')

const value = z
  .union([
    z.null(),
    z.string(),
    z.number(),
    z.boolean(),
    z.strictObject({ $bytes: z.string() }),
    z.strictObject({ $bigint: z.string() }),
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
}
const statement = z.object(statementFields).openapi('Statement')
const readOnly = z
  .boolean()
  .optional()
  .openapi({ description: 'A promise; a statement that writes is refused.' })

export const query = z.object({ ...statementFields, readOnly }).openapi('Query')
export const batch = z
  .object({
    statements: z.array(statement).min(1).max(LIMITS.statements),
    transaction: z.boolean().optional().openapi({ description: 'All statements or none. Default: false.' }),
    readOnly,
  })
  .openapi('Batch')
export { statement }

// Query parameters.

const day = z.iso.date()
export const usageQuery = z.object({
  from: day.optional(),
  to: day.optional(),
  database: z.string().optional(),
  token: z.string().optional(),
})

// Data of answers.

export const queryResult = z
  .object({
    columns: z.array(z.string()),
    rows: z.array(z.array(value)),
    rowsRead: z.int(),
    rowsWritten: z.int(),
    changes: z.int().optional(),
    lastInsertRowid: value.optional(),
  })
  .openapi('QueryResult')

const errorKind = z.enum(Object.keys(SQL_ERROR_STATUS) as [SqlErrorKind, ...SqlErrorKind[]])

const errorDetail = z
  .object({
    kind: errorKind,
    message: z.string(),
    table: z.string().optional(),
    column: z.string().optional(),
    columns: z.array(z.object({ table: z.string(), column: z.string() })).optional(),
    constraint: z.string().optional(),
    near: z.string().optional(),
    hint: z.string().optional(),
    statementIndex: z.int().optional(),
  })
  .openapi('ErrorDetail')

export const failure = z
  .object({ success: z.literal(false), error: z.string(), errorDetail: errorDetail.optional() })
  .openapi('Failure')

export const meta = z
  .object({
    rowsRead: z.int(),
    rowsWritten: z.int(),
    durationMs: z.number(),
    statementCount: z.int(),
    costUsd: z.number(),
  })
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
  })
  .openapi('Database')

export const branch = database
  .extend({
    branchRef: z.string(),
    forkedFrom: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
    forkedAt: z.string().nullable(),
  })
  .openapi('Branch')

export const claimedBranch = z
  .object({
    branchRef: z.string(),
    token: z.string(),
    expiresAt: z.string(),
    namespaceSlug: z.string(),
    databaseSlug: z.string(),
    outcome: z.enum(['created', 'reset']),
  })
  .openapi('ClaimedBranch')

export const mergedBranch = z
  .object({ branchRef: z.string(), mode: z.literal('schema'), applied: z.array(z.string()) })
  .openapi('MergedBranch')

export const deleted = z.object({ deleted: z.literal(true) }).openapi('Deleted')

export const tokenInfo = z
  .object({
    id: z.string(),
    name: z.string(),
    role,
    tableScope: z.array(z.string()).nullable(),
    database: z.string().nullable(),
    expiresAt: z.string().nullable(),
    createdAt: z.string(),
  })
  .openapi('Token')

export const createdToken = tokenInfo.extend({ token: z.string() }).openapi('CreatedToken')

export const me = z
  .object({ namespaceSlug: z.string(), namespaceId: z.string(), role: z.string() })
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
  })
  .openapi('UsageRow')

export const tables = z.array(z.object({ name: z.string(), rowCount: z.int() })).openapi('Tables')

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
          }),
        ),
        foreignKeys: z.array(
          z.object({
            columns: z.array(z.string()),
            referencedTable: z.string(),
            referencedColumns: z.array(z.string()),
            onDelete: z.string(),
            onUpdate: z.string(),
          }),
        ),
        indexes: z.array(
          z.object({ name: z.string(), unique: z.boolean(), columns: z.array(z.string().nullable()) }),
        ),
      }),
    ),
  })
  .openapi('Description')

export const schemaObjects = z
  .array(
    z.object({
      type: z.enum(['table', 'index', 'trigger', 'view']),
      name: z.string(),
      table: z.string(),
      sql: z.string(),
    }),
  )
  .openapi('Schema')

export const explanation = z
  .object({ plan: z.array(z.array(z.union([z.int(), z.string()]))) })
  .openapi('Explanation')

export const validation = z
  .object({ ok: z.boolean(), error: z.string().optional(), errorDetail: errorDetail.optional() })
  .openapi('Validation')
