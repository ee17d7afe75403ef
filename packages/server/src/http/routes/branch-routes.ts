import { randomBytes } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import {
  type BranchInfo,
  type BranchRole,
  type Envelope,
  isBranchRef,
  LIMITS,
  type TokenRole,
} from '@persql/sdk/protocol'
import type { PoolReply } from '../../pool/worker-pool.ts'
import type { Database } from '../../registry/databases.ts'
import { joined } from '../../worker/wire/frame.ts'
import type { JobData } from '../../worker/wire/job.ts'
import { databaseOf, databaseOrNew, requireAdmin } from '../access.ts'
import { ApiError } from '../answers/api-error.ts'
import { expiryOf, isoOf } from '../answers/expiry-of.ts'
import { runJob } from '../run-job.ts'
import type { App, Ctx, Services } from '../services.ts'
import { addRoute, bodyOf } from './add-route.ts'
import * as answers from './answer-schemas.ts'
import { databaseInfo } from './database-routes.ts'
import * as requests from './request-schemas.ts'

const ROLES: Readonly<Record<BranchRole, TokenRole>> = {
  read: 'readonly',
  write: 'readwrite',
  admin: 'admin',
}

/** Branches: databases with the schema of their parent, made for a while. */
export function branchRoutes(app: App, services: Services): void {
  const { registry, sweeper, now, pathOf } = services
  const { databases, tokens } = registry
  const tag = 'Branches'

  const parentOf = (c: Ctx, find = databaseOf): Database => {
    const parent = find(c, services)
    if (parent.parentId !== null) throw new ApiError(400, 'A branch has no branches. Use its parent.')
    return parent
  }
  const branchOf = (c: Ctx, parent: Database): Database => {
    const branch = databases.branch(parent.id, c.req.param('ref') ?? '')
    if (!branch) throw new ApiError(404, 'There is no such branch')
    return branch
  }

  /** Makes a branch, or resets one to the schema that its origin has now. */
  const put = async (
    c: Ctx,
    parent: Database,
    ref: string,
    fields: {
      fromRef?: string | undefined
      name?: string | undefined
      expiresAt: number | null
      endsTokens: boolean
    },
  ) => {
    const { fromRef = 'main', ...changes } = fields
    const source = fromRef === 'main' ? parent : databases.branch(parent.id, fromRef)
    if (!source) throw new ApiError(404, 'There is no branch to start from with this fromRef')
    const file = databases.trash.reserve()
    try {
      const job = { operation: 'copySchema', file: pathOf(source.file), target: pathOf(file) } as const
      failOn<'copySchema'>(await runJob(services, c, job))
      if (!databases.get(parent.id)) throw new ApiError(404, 'There is no such database')
      const { branch, replacedFile } = databases.putBranch({ parent, ref, file, ...changes })
      if (replacedFile !== undefined) await sweeper.empty(replacedFile)
      return { branch, outcome: replacedFile === undefined ? 'created' : 'reset' } as const
    } finally {
      databases.trash.release(file)
    }
  }

  addRoute(
    app,
    services,
    'listBranches',
    {
      tag,
      summary: 'Branches of a database.',
      data: z.array(answers.branch),
      errors: [404],
    },
    (c) => {
      const parent = parentOf(c)
      return databases.branches(parent.id).map((branch) => branchInfo(branch, parent))
    },
  )

  addRoute(
    app,
    services,
    'claimBranch',
    {
      tag,
      summary:
        'Makes or resets a branch, with a token that reaches nothing else and ends with it. Tokens of a branch that is reset end.',
      body: requests.claimBranch,
      data: answers.claimedBranch,
      errors: [404, 409, 413, 415, 504],
    },
    async (c) => {
      requireAdmin(c)
      const {
        ref,
        purpose,
        ttlSec = LIMITS.claimTtlSec.default,
        role = 'write',
      } = bodyOf(c, requests.claimBranch)
      const branchRef = ref ?? refFor(purpose)
      if (branchRef === 'main') throw new ApiError(400, 'ref: "main" is the parent.')
      const parent = parentOf(c, databaseOrNew)
      const expiresAt = now() + ttlSec * 1000
      const { branch, outcome } = await put(c, parent, branchRef, { expiresAt, endsTokens: true })
      const { secret } = tokens.create({
        namespaceId: parent.namespaceId,
        name: `branch ${branchRef}`,
        role: ROLES[role],
        databaseId: branch.id,
        expiresAt,
      })
      return {
        branchRef,
        token: secret,
        expiresAt: isoOf(expiresAt),
        namespaceSlug: c.get('token').namespaceSlug,
        databaseSlug: branch.slug,
        outcome,
      }
    },
  )

  addRoute(
    app,
    services,
    'upsertBranch',
    {
      tag,
      summary: 'Makes a branch, or resets it to the schema that its parent has now.',
      body: requests.upsertBranch,
      data: answers.branch,
      errors: [404, 413, 415, 504],
    },
    async (c) => {
      requireAdmin(c)
      const ref = c.req.param('ref') ?? ''
      if (!isBranchRef(ref) || ref === 'main') {
        throw new ApiError(400, 'ref: 1 to 64 letters, digits, and . _ - / after the first; not "main".')
      }
      const { fromRef = 'main', name, ttlDays, expiresAt } = bodyOf(c, requests.upsertBranch)
      const parent = parentOf(c, fromRef === 'main' ? databaseOrNew : databaseOf)
      const { branch } = await put(c, parent, ref, {
        fromRef,
        name,
        expiresAt: expiryOf({ ttlDays, expiresAt }, now()) ?? null,
        endsTokens: false,
      })
      return branchInfo(branch, parent)
    },
  )

  addRoute(
    app,
    services,
    'getBranch',
    { tag, summary: 'One branch.', data: answers.branch, errors: [404] },
    (c) => {
      const parent = parentOf(c)
      return branchInfo(branchOf(c, parent), parent)
    },
  )

  addRoute(
    app,
    services,
    'deleteBranch',
    {
      tag,
      summary: 'Deletes a branch and its tokens.',
      data: answers.deleted,
      errors: [404],
    },
    async (c) => {
      requireAdmin(c)
      await sweeper.remove(branchOf(c, parentOf(c)).id)
      return { deleted: true }
    },
  )

  addRoute(
    app,
    services,
    'mergeBranch',
    {
      tag,
      summary: 'Brings new and changed parts of the schema of a branch into its parent. The branch stays.',
      body: requests.mergeBranch,
      data: answers.mergedBranch,
      errors: [404, 409, 413, 415, 504],
    },
    async (c) => {
      requireAdmin(c)
      const parent = parentOf(c)
      const branch = branchOf(c, parent)
      const { mode } = bodyOf(c, requests.mergeBranch)
      const job = {
        operation: 'mergeSchema',
        file: pathOf(parent.file),
        source: pathOf(branch.file),
      } as const
      const applied = failOn<'mergeSchema'>(
        await sweeper.holding(branch.file, () => runJob(services, c, job)),
      )
      return { branchRef: branch.ref ?? '', mode, applied }
    },
  )
}

function branchInfo(branch: Database, parent: Database): BranchInfo {
  return {
    ...databaseInfo(branch),
    branchRef: branch.ref ?? '',
    forkedFrom: { id: parent.id, slug: parent.slug, name: parent.name },
    forkedAt: isoOf(branch.forkedAt),
  }
}

/** Words of the purpose, and six random characters. */
function refFor(purpose = 'claim'): string {
  const words = purpose
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
  const stem = words.slice(0, 40).replace(/-$/, '') || 'claim'
  return `${stem}-${randomBytes(3).toString('hex')}`
}

/** The data of a job's answer. Throws the failure that it is instead. */
function failOn<Operation extends keyof JobData>({ head, body }: PoolReply): JobData[Operation] {
  const envelope = JSON.parse(joined(body).toString()) as Envelope<JobData[Operation]>
  if (envelope.success) return envelope.data
  const { error, errorDetail: detail } = envelope
  throw new ApiError(head.status, error, { ...(detail && { detail }) })
}
