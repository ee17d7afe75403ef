import { z } from '@hono/zod-openapi'
import type { DatabaseInfo } from '@persql/sdk/protocol'
import type { Database } from '../../registry/databases.ts'
import { databaseOfSlug, requireAdmin } from '../access.ts'
import { ApiError } from '../answers/api-error.ts'
import { expiryOf, isoOf } from '../answers/expiry-of.ts'
import type { App, Services } from '../services.ts'
import { addRoute, bodyOf } from './add-route.ts'
import * as answers from './answer-schemas.ts'
import * as requests from './request-schemas.ts'

/** Making, listing and deleting databases. */
export function databaseRoutes(app: App, services: Services): void {
  const { registry, sweeper, now } = services
  const { databases } = registry
  const tag = 'Databases'

  addRoute(
    app,
    services,
    'listDatabases',
    {
      tag,
      summary: 'Databases of the namespace, oldest first; branches apart.',
      query: requests.listDatabasesQuery,
      data: z.array(answers.database),
    },
    (c) => {
      const { namespaceId, databaseId } = c.get('token')
      const all = databases.list(namespaceId)
      return all.filter(({ id }) => databaseId === null || databaseId === id).map(databaseInfo)
    },
  )

  addRoute(
    app,
    services,
    'createDatabase',
    {
      tag,
      summary: 'Makes an empty database, which may have an end.',
      body: requests.createDatabase,
      data: answers.database,
      errors: [409, 413, 415],
    },
    async (c) => {
      requireAdmin(c)
      const { name, slug, ttlDays, ttl_days, expiresAt } = bodyOf(c, requests.createDatabase)
      const { namespaceId } = c.get('token')
      const expiry = expiryOf({ ttlDays, ttl_days, expiresAt }, now())
      const created = databases.create({ namespaceId, slug, name, expiresAt: expiry })
      if (!created) throw new ApiError(409, takenBy(slug, databases.addresses.meaningOf(namespaceId, slug)))
      return databaseInfo(created)
    },
  )

  addRoute(
    app,
    services,
    'getDatabase',
    { tag, summary: 'One database.', data: answers.database, errors: [404] },
    (c) => databaseInfo(databaseOfSlug(c, services)),
  )

  addRoute(
    app,
    services,
    'deleteDatabase',
    {
      tag,
      summary: 'Deletes a database with its branches and their tokens.',
      data: answers.deleted,
      errors: [404],
    },
    async (c) => {
      requireAdmin(c)
      await sweeper.remove(databaseOfSlug(c, services).id)
      return { deleted: true }
    },
  )
}

function takenBy(slug: string, meaning = slug): string {
  if (meaning === slug) return `A database with the slug "${slug}" exists.`
  return `"${slug}" is an address of the branch "${meaning}", and stays one. Choose another slug.`
}

export function databaseInfo(database: Database): DatabaseInfo {
  return {
    id: database.id,
    slug: database.slug,
    name: database.name,
    status: 'healthy',
    region: 'auto',
    forkedFromId: database.parentId,
    expiresAt: isoOf(database.expiresAt),
    createdAt: isoOf(database.createdAt),
  }
}
