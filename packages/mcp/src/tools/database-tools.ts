import { z } from 'zod'
import { clientOf, database, defineTool } from '../tool.ts'

const info = z.strictObject({
  slug: z.string(),
  name: z.string(),
  createdAt: z.string().optional(),
  expiresAt: z.string().optional(),
})

const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'a day in UTC, as in "2026-01-31"')
  .optional()
const LISTED = 500

/** Of the namespace, and not of one database. */
export const databaseTools = [
  defineTool({
    name: 'list_databases',
    title: 'List databases',
    description: 'The databases that the token reaches, oldest first; branches apart.',
    input: z.strictObject({}),
    output: z.strictObject({ databases: z.array(info), note: z.string().optional() }),
    effect: 'reads',
    needsClient: true,
    async run(_, context) {
      const databases = await clientOf(context).databases.list()
      const note = `Showing ${LISTED} of ${databases.length}.`
      return { databases: databases.slice(0, LISTED).map(toInfo), ...(databases.length > LISTED && { note }) }
    },
  }),

  defineTool({
    name: 'create_database',
    title: 'Create a database',
    description: 'Makes an empty database, which may have an end. Needs an admin token.',
    input: z.strictObject({
      name: z.string().min(1).max(100),
      slug: z.string().min(1).max(63).optional().describe('Default: made of the name.'),
      ttlDays: z
        .number()
        .positive()
        .max(365)
        .optional()
        .describe('Days until it is gone; may be a fraction.'),
    }),
    output: info,
    effect: 'adds',
    needsClient: true,
    async run({ name, ...options }, context) {
      return toInfo(await clientOf(context).databases.create(name, options))
    },
  }),

  defineTool({
    name: 'usage',
    title: 'Usage and cost',
    description:
      'Requests, rows read and written, bytes stored and cost: for each day, database and token. Needs an admin token.',
    input: z.strictObject({
      database: database.optional(),
      from: day.describe('First day.'),
      to: day.describe('Last day.'),
    }),
    output: z.strictObject({
      rows: z.array(
        z.strictObject({
          day: z.string(),
          database: z.string(),
          token: z.string(),
          requests: z.number(),
          rowsRead: z.number(),
          rowsWritten: z.number(),
          bytesStored: z.number(),
          costUsd: z.number(),
        }),
      ),
      totalCostUsd: z.number(),
      note: z.string().optional(),
    }),
    effect: 'reads',
    needsClient: true,
    async run(args, context) {
      const rows = await clientOf(context).usage(args)
      return {
        rows: rows.slice(-LISTED),
        totalCostUsd: rows.reduce((total, { costUsd }) => total + costUsd, 0),
        ...(rows.length > LISTED && {
          note: `Showing the last ${LISTED} of ${rows.length} rows; the total is of all.`,
        }),
      }
    },
  }),
]

/** What a model needs of a database. */
function toInfo({
  slug,
  name,
  createdAt,
  expiresAt,
}: {
  readonly slug: string
  readonly name: string
  readonly createdAt?: string
  readonly expiresAt?: string | null
}): z.infer<typeof info> {
  return { slug, name, ...(createdAt && { createdAt }), ...(expiresAt && { expiresAt }) }
}
