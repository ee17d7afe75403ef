import { z } from 'zod'
import { database, defineTool } from '../tool.ts'

const ref = z
  .string()
  .min(1)
  .max(64)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._\-/]*$/,
    '1 to 64 letters, digits and . _ - /, the first one a letter or digit',
  )
  .describe('Name of the branch.')

const DAYS_30 = 30 * 86_400

/** Branches: databases of their own with the schema of their parent and none of its rows. */
export const branchTools = [
  defineTool({
    name: 'claim_branch',
    title: 'Claim a branch',
    description:
      'Leases a branch of a database, an empty copy of its schema to work in, with a token that reaches nothing else. ' +
      'Both end after ttlSec. Needs an admin token.',
    input: z.strictObject({
      database,
      ref: ref.exactOptional().describe('Default: made of the purpose. An existing branch is emptied.'),
      purpose: z.string().min(1).max(100).exactOptional(),
      ttlSec: z.int().min(60).max(DAYS_30).exactOptional().describe('Default: 3600.'),
      role: z
        .enum(['read', 'write', 'admin'])
        .exactOptional()
        .describe('Default: write. admin may change the schema.'),
    }),
    output: z.strictObject({
      branchRef: z.string(),
      token: z.string(),
      expiresAt: z.string(),
      namespaceSlug: z.string(),
      databaseSlug: z.string(),
      outcome: z.enum(['created', 'reset']).exactOptional(),
    }),
    effect: 'destroys',
    needsClient: true,
    async run({ database, ...options }, context) {
      const { branches } = await context.database(database)
      const claimed = await branches.claim(options)
      const { branchRef, token, expiresAt, namespaceSlug, databaseSlug, outcome } = claimed
      return { branchRef, token, expiresAt, namespaceSlug, databaseSlug, ...(outcome && { outcome }) }
    },
  }),

  defineTool({
    name: 'list_branches',
    title: 'List branches',
    description: 'The branches of a database, with the time when each ends.',
    input: z.strictObject({ database }),
    output: z.strictObject({
      branches: z.array(
        z.strictObject({ branchRef: z.string(), slug: z.string(), expiresAt: z.string().optional() }),
      ),
    }),
    effect: 'reads',
    needsClient: true,
    async run({ database }, context) {
      const { branches } = await context.database(database)
      const list = await branches.list()
      return {
        branches: list.map(({ branchRef, slug, expiresAt }) => ({
          branchRef,
          slug,
          ...(expiresAt && { expiresAt }),
        })),
      }
    },
  }),

  defineTool({
    name: 'merge_branch',
    title: 'Merge a branch',
    description:
      'Brings what the branch changed in the schema to its parent, in one transaction, and returns the statements. ' +
      'Rows are not merged, and the branch stays. Needs an admin token.',
    input: z.strictObject({ database, ref, mode: z.literal('schema').default('schema') }),
    output: z.strictObject({
      branchRef: z.string(),
      mode: z.literal('schema'),
      applied: z.array(z.string()),
    }),
    effect: 'destroys',
    needsClient: true,
    async run({ database, ref, mode }, context) {
      const { branches } = await context.database(database)
      const { branchRef, applied } = await branches.merge(ref, { mode })
      return { branchRef, mode, applied: [...applied] }
    },
  }),

  defineTool({
    name: 'delete_branch',
    title: 'Delete a branch',
    description: 'Deletes a branch with everything in it; its tokens stop working. Needs an admin token.',
    input: z.strictObject({ database, ref }),
    output: z.strictObject({ deleted: z.literal(true) }),
    effect: 'destroys',
    needsClient: true,
    async run({ database, ref }, context) {
      const { branches } = await context.database(database)
      return branches.delete(ref)
    },
  }),
]
