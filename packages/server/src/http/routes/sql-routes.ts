import { hash } from 'node:crypto'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { z } from '@hono/zod-openapi'
import { HEADERS, LIMITS, LONG_TEXTS_TYPE } from '@persql/sdk/protocol'
import type { Database } from '../../registry/databases.ts'
import type { Token } from '../../registry/tokens.ts'
import { foldCase, type Policy } from '../../worker/connection/policy.ts'
import type { SqlOperation } from '../../worker/wire/job.ts'
import { databaseOf, databaseOrNew } from '../access.ts'
import { ApiError } from '../answers/api-error.ts'
import { runJob } from '../run-job.ts'
import type { App, Call, Services } from '../services.ts'
import { addRoute, type RouteOptions } from './add-route.ts'
import * as answers from './answer-schemas.ts'
import * as requests from './request-schemas.ts'

/** Answers from this size on are looked at at once, in case they are not read; the others now and then. */
const LARGE = 1024 * 1024

/** Query, batch and what tells about a database. The worker reads the bodies and writes the answers. */
export function sqlRoutes(app: App, services: Services): void {
  const add = <Name extends SqlOperation>(
    name: Name,
    options: Omit<RouteOptions<Name>, 'tag' | 'isCall'>,
  ) => {
    const find = options.headers ? databaseOrNew : databaseOf
    addRoute(
      app,
      services,
      name,
      { tag: 'SQL', isCall: true, errors: [404, 413, 415, 504], ...options },
      async (c) => {
        await answerSql(c, services, name, find(c, services))
        return RESPONSE_ALREADY_SENT
      },
    )
  }
  add('query', {
    summary: 'Runs one statement.',
    body: requests.query,
    headers: idempotencyHeaders,
    data: answers.queryResult,
    alternatives,
    errors: [404, 409, 413, 415, 504],
  })
  add('batch', {
    summary: 'Runs statements in order, all or none of them with "transaction".',
    body: requests.batch,
    headers: idempotencyHeaders,
    data: z.array(answers.queryResult),
    alternatives,
    errors: [404, 409, 413, 415, 504],
  })
  add('explain', {
    summary: 'How SQLite would run a statement.',
    body: requests.statement,
    data: answers.explanation,
  })
  add('validate', {
    summary: 'Whether a statement would be accepted; it is not run.',
    body: requests.statement,
    data: answers.validation,
  })
  add('tables', { summary: 'Tables with the number of their rows.', data: answers.tables })
  add('describe', { summary: 'Tables with columns, indexes and foreign keys.', data: answers.description })
  add('schema', { summary: 'The statements that make the schema.', data: answers.schemaObjects })
}

const alternatives = {
  [LONG_TEXTS_TYPE]: z.string().openapi({
    description:
      'To those who accept it: the JSON, a line feed, and the long texts of the rows one after the other. In the JSON, {"$text": n} stands for each, with its length in UTF-16 code units.',
  }),
}

function planHeader(description: string) {
  return z.string().min(1).max(LIMITS.planKeyLength).optional().openapi({ description })
}

const idempotencyHeaders = z.object({
  [HEADERS.idempotencyKey]: z
    .string()
    .min(1)
    .max(LIMITS.idempotencyKeyLength)
    .optional()
    .openapi({ description: 'Within 24 hours, a call with the same key is answered with the first answer.' }),
  [HEADERS.planKey]: planHeader(
    'The plan that the call is a step of; with Plan-Step, in the place of a key.',
  ),
  [HEADERS.planStep]: planHeader('The step of the plan.'),
})

/** Runs the SQL of a call whose body has arrived, and sends the answer. Throws before anything is sent. */
export async function answerSql(
  c: Call,
  services: Services,
  name: SqlOperation,
  database: Database,
): Promise<void> {
  const { outgoing } = c.env
  const token = c.get('token')
  const replay = name === 'query' || name === 'batch' ? replayOf(c, token) : undefined
  const job = {
    operation: name,
    file: services.pathOf(database.file),
    policy: policyOf(token),
    now: services.now(),
    ...(replay && { idempotencyKey: replay.key }),
    ...(acceptsTexts(c) && { texts: true as const }),
  }
  const reply = await runJob(services, c, job, c.get('body'))
  const { status, rowsRead, rowsWritten, isReplay, isTexts, errorKind } = reply.head
  c.set('errorKind', errorKind)
  const length = reply.body.reduce((length, piece) => length + piece.length, 0)
  // Past the Response of the web: its body would be turned into a stream and back.
  outgoing.writeHead(status, {
    'content-type': isTexts ? LONG_TEXTS_TYPE : 'application/json',
    'content-length': length,
    ...(isReplay && replay && { [replay.header]: 'true' }),
    ...(status === 503 && { 'retry-after': '1' }),
  })
  const [first] = reply.body
  if (first && reply.body.length === 1) {
    // As text of single bytes it goes out in one piece with the head.
    outgoing.end(first.toString('latin1'), 'latin1')
  } else {
    outgoing.cork()
    for (const piece of reply.body) outgoing.write(piece)
    outgoing.end(() => release(reply.body))
    outgoing.uncork()
    if (length > LARGE) services.clients.cutUnread()
  }
  services.registry.usage.add({ databaseId: database.id, tokenId: token.id, rowsRead, rowsWritten })
}

function acceptsTexts({ env }: Call): boolean {
  return env.incoming.headers.accept?.includes(LONG_TEXTS_TYPE) ?? false
}

/**
 * Gives the memory of a large answer back as soon as it is sent. Left to the garbage collector, which goes through the
 * whole heap for it after every few megabytes, it would take longer than the rest of the request.
 */
function release(body: readonly Buffer[]): void {
  for (const { buffer } of body.slice(1)) (buffer as ArrayBuffer).transfer(0)
}

const policies = new WeakMap<Token, Policy>()

function policyOf(token: Token): Policy {
  const known = policies.get(token)
  if (known) return known
  const tables = token.tableScope?.map(foldCase)
  const policy = { role: token.role, ...(tables && { tables: [...new Set(tables)].toSorted() }) }
  policies.set(token, policy)
  return policy
}

/** The key of a call that is to be applied once, and the header that tells of a replay. */
function replayOf(c: Call, { id }: Token): { readonly key: string; readonly header: string } | undefined {
  const { headers } = c.env.incoming
  const key = headerOf(headers[HEADERS.idempotencyKey], 'Idempotency-Key', LIMITS.idempotencyKeyLength)
  const planKey = headerOf(headers[HEADERS.planKey], 'Plan-Key', LIMITS.planKeyLength)
  const planStep = headerOf(headers[HEADERS.planStep], 'Plan-Step', LIMITS.planKeyLength)
  if ((planKey === undefined) !== (planStep === undefined)) {
    throw new ApiError(400, 'Plan-Key and Plan-Step go together.')
  }
  if (key !== undefined && planKey !== undefined) {
    throw new ApiError(400, 'Either an Idempotency-Key or a Plan-Key can be given.')
  }
  if (key !== undefined) return { key: digest([id, key]), header: HEADERS.idempotencyReplayed }
  if (planKey !== undefined) return { key: digest([id, planKey, planStep]), header: HEADERS.planReplayed }
  return
}

function headerOf(value: string | string[] | undefined, name: string, max: number): string | undefined {
  if (value === undefined) return
  if (typeof value !== 'string' || value === '' || value.length > max) {
    throw new ApiError(400, `${name} must have 1 to ${max} characters.`)
  }
  return value
}

function digest(parts: readonly (string | undefined)[]): string {
  // 132 bits, because the keys are an index that each write adds to.
  return hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22)
}
