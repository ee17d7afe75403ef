import { z } from '@hono/zod-openapi'
import type { TokenInfo } from '@persql/sdk/protocol'
import { ENVIRONMENT_TOKEN, type Token } from '../../registry/tokens.ts'
import { requireAdmin } from '../access.ts'
import { ApiError } from '../answers/api-error.ts'
import { expiryOf, isoOf } from '../answers/expiry-of.ts'
import type { App, Services } from '../services.ts'
import { addRoute, bodyOf, parse } from './add-route.ts'
import * as answers from './answer-schemas.ts'
import * as requests from './request-schemas.ts'

/** Tokens, and what they have used. */
export function tokenRoutes(app: App, services: Services): void {
  const { registry, now } = services
  const { databases, tokens, usage } = registry
  const tag = 'Tokens'
  const infoOf = (token: Token): TokenInfo => ({
    id: token.id,
    name: token.name,
    role: token.role,
    tableScope: token.tableScope,
    database: token.databaseId === null ? null : databases.slugOf(token.databaseId),
    expiresAt: isoOf(token.expiresAt),
    createdAt: isoOf(token.createdAt),
  })

  addRoute(
    app,
    services,
    'listTokens',
    {
      tag,
      summary: 'Valid tokens, without their secrets.',
      data: z.array(answers.tokenInfo),
    },
    (c) => {
      requireAdmin(c)
      return tokens.list(c.get('token').namespaceId).map(infoOf)
    },
  )

  addRoute(
    app,
    services,
    'createToken',
    {
      tag,
      summary: 'Makes a token. The answer is the only time that its secret is shown.',
      body: requests.createToken,
      data: answers.createdToken,
      errors: [404, 413, 415],
    },
    async (c) => {
      requireAdmin(c)
      const {
        name,
        role = 'admin',
        tableScope,
        database,
        expiresAt,
        ttlSec,
      } = bodyOf(c, requests.createToken)
      if (name === ENVIRONMENT_TOKEN) {
        throw new ApiError(400, `name: "${name}" is the token that the server is started with.`)
      }
      const { namespaceId } = c.get('token')
      const bound = database === undefined ? undefined : databases.find(namespaceId, database)
      if (database !== undefined && !bound) throw new ApiError(404, 'There is no such database')
      const { token, secret } = tokens.create({
        namespaceId,
        name,
        role,
        tableScope,
        databaseId: bound?.id,
        expiresAt: expiryOf({ expiresAt, ttlSec }, now()),
      })
      return { ...infoOf(token), token: secret }
    },
  )

  addRoute(
    app,
    services,
    'revokeToken',
    {
      tag,
      summary: 'Revokes a token at once.',
      data: answers.deleted,
      errors: [404],
    },
    (c) => {
      requireAdmin(c)
      const { namespaceId } = c.get('token')
      if (!registry.makingRoom(() => tokens.revoke(namespaceId, c.req.param('id') ?? ''))) {
        throw new ApiError(404, 'There is no such token')
      }
      return { deleted: true }
    },
  )

  addRoute(
    app,
    services,
    'usage',
    {
      tag: 'Account',
      summary: 'Requests, rows and bytes by day, database and token.',
      query: requests.usageQuery,
      data: z.array(answers.usageRow),
    },
    (c) => {
      requireAdmin(c)
      const query = parse(requests.usageQuery, c.req.query())
      return usage.list(c.get('token').namespaceId, withoutUndefined(query))
    },
  )

  addRoute(app, services, 'me', { tag: 'Account', summary: 'What the token is.', data: answers.me }, (c) => {
    const { namespaceSlug, namespaceId, role } = c.get('token')
    return { namespaceSlug, namespaceId, role }
  })
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

function withoutUndefined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>
}
