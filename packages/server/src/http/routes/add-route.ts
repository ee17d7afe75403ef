import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { z } from '@hono/zod-openapi'
import {
  type CallBody,
  type CallData,
  type CallName,
  type CallQuery,
  ROUTES,
  type Route,
  type Success,
} from '@persql/sdk/protocol'
import { ApiError } from '../answers/api-error.ts'
import { authenticate } from '../authenticate.ts'
import { readBody } from '../read-body.ts'
import type { App, Ctx, Services } from '../services.ts'
import { failure, meta } from './answer-schemas.ts'
import type { Inferred } from './wire-fields.ts'

/** Bodies of everything but SQL. */
const SMALL_BODY = 256 * 1024

/** What a route takes and answers, as schemas of the shapes that the protocol has under its name. */
export interface RouteOptions<Name extends CallName> {
  readonly tag: string
  readonly summary: string
  readonly body?: z.ZodType<Inferred<CallBody<Name>>>
  readonly query?: z.ZodObject & z.ZodType<Inferred<CallQuery<Name>>>
  readonly data: z.ZodType<Inferred<CallData<Name>>>
  /** Reaches a database, so that the answer has `meta`. */
  readonly isCall?: true
  readonly headers?: z.ZodObject
  /** Media types of the answer besides JSON, with what they hold. */
  readonly alternatives?: Readonly<Record<string, z.ZodType>>
  /** Statuses beyond those that every call can have. */
  readonly errors?: readonly number[]
}

const ALWAYS = [400, 401, 403, 500, 503]
const REASONS: Readonly<Record<number, string>> = {
  400: 'The request, or its SQL, is not valid.',
  401: 'The token is missing, unknown, revoked or expired.',
  403: 'The token does not allow it.',
  404: 'It is not there, or has expired.',
  409: 'It contradicts what is there.',
  413: 'The body, a value or the result is larger than the limit.',
  415: 'The body is not plain JSON.',
  500: 'The server failed.',
  503: 'The server cannot answer now. Try again.',
  504: 'The statement was stopped: it ran too long, or needed too much memory or room for temporary files.',
  507: 'The database is as large as it may be, or the disk is full.',
}

/**
 * Adds a route to the application and to its OpenAPI document. `handle` is called when the body has arrived, and
 * returns the data of the answer, or `RESPONSE_ALREADY_SENT`.
 */
export function addRoute<Name extends CallName>(
  app: App,
  { registry, limits, bodies }: Services,
  name: Name,
  options: RouteOptions<Name>,
  handle: (c: Ctx) => CallData<Name> | Response | Promise<CallData<Name> | Response>,
): void {
  const { method, path }: Route = ROUTES[name]
  const { tag, summary, body, query, headers, data, isCall, alternatives, errors = [] } = options
  const params = [...path.matchAll(/:(\w+)/g)].map(([, name]) => [String(name), z.string().min(1)] as const)
  const envelope = z.object({ success: z.literal(true), data, ...(isCall && { meta }) })
  const statuses = [...new Set([...ALWAYS, ...(isCall || method !== 'GET' ? [507] : []), ...errors])]
  app.openAPIRegistry.registerPath({
    operationId: name,
    tags: [tag],
    summary,
    method: method.toLowerCase() as 'get',
    path: path.replace(/:(\w+)/g, '{$1}'),
    security: [{ token: [] }],
    request: {
      ...(params.length > 0 && { params: z.object(Object.fromEntries(params)) }),
      ...(query && { query }),
      ...(headers && { headers }),
      ...(body && {
        body: { required: !body.safeParse({}).success, content: { 'application/json': { schema: body } } },
      }),
    },
    responses: {
      200: {
        description: 'Done.',
        content: {
          'application/json': { schema: envelope },
          ...Object.fromEntries(
            Object.entries(alternatives ?? {}).map(([type, schema]) => [type, { schema }]),
          ),
        },
      },
      ...Object.fromEntries(
        statuses.toSorted().map((status) => [
          status,
          {
            description: REASONS[status] ?? '',
            content: { 'application/json': { schema: failure } },
          },
        ]),
      ),
    },
  })
  const bodyLimit = isCall ? limits.bodyBytes : SMALL_BODY
  app.on(method, path, async (c) => {
    if (!body) return answer(c, await handle(c))
    const bytes = await readBody(c.env.incoming, bodyLimit, bodies)
    try {
      c.set('body', bytes)
      // While it arrived, the token may have been revoked.
      authenticate(c, registry.tokens)
      return answer(c, await handle(c))
    } finally {
      bodies.give(bytes.length)
    }
  })
}

/** The body of a request as its schema has it. Throws 400 with the field that is wrong. */
export function bodyOf<Schema extends z.ZodType>(c: Ctx, schema: Schema): z.infer<Schema> {
  const bytes = c.get('body')
  let value: unknown
  try {
    value = bytes.length === 0 ? {} : JSON.parse(bytes.toString())
  } catch {
    throw new ApiError(400, 'The body is not JSON.')
  }
  return parse(schema, value)
}

/** A value as its schema has it. Throws 400 with the field that is wrong. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const where = issue?.path.join('.')
  throw new ApiError(400, `${where ? `${where}: ` : ''}${issue?.message ?? 'The body is not valid.'}`)
}

function answer<Name extends CallName>(c: Ctx, data: CallData<Name> | Response): Response {
  if (data === RESPONSE_ALREADY_SENT) return RESPONSE_ALREADY_SENT
  return c.json({ success: true, data } satisfies Success<unknown> as never)
}
