import type { Database } from '../registry/databases.ts'
import { ApiError } from './answers/api-error.ts'
import type { Call, Ctx, Services } from './services.ts'

/** The database that the path names. Throws 403 for what the token does not reach, and 404 for what is not there. */
export function databaseOf(c: Call, { registry }: Services): Database {
  return find(c, registry.databases) ?? notFound()
}

/** The same for a path that has only the slug of the database. */
export function databaseOfSlug(c: Ctx, { registry }: Services): Database {
  return findSlug(c, registry.databases, c.req.param('slug')) ?? notFound()
}

/** Like {@link databaseOf}; makes the database where that is allowed. */
export function databaseOrNew(c: Call, { registry, autoCreate }: Services): Database {
  const { databases } = registry
  const found = find(c, databases)
  if (found) return found
  const slug = c.req.param('db') ?? ''
  const { namespaceId } = c.get('token')
  if (!autoCreate || !isUnboundAdmin(c) || !databases.isNew(namespaceId, slug)) return notFound()
  return databases.create({ namespaceId, slug, name: slug }) ?? notFound()
}

/** Throws 403 unless the token is an admin's for the whole namespace. */
export function requireAdmin(c: Call): void {
  if (!isUnboundAdmin(c)) {
    throw new ApiError(
      403,
      'This needs an admin token without a table scope that is not bound to one database.',
    )
  }
}

function isUnboundAdmin(c: Call): boolean {
  const { role, tableScope, databaseId } = c.get('token')
  return role === 'admin' && tableScope === null && databaseId === null
}

function find(c: Call, databases: Services['registry']['databases']): Database | undefined {
  const { namespaceSlug } = c.get('token')
  if (c.req.param('ns') !== namespaceSlug) throw new ApiError(403, 'Token namespace mismatch')
  return findSlug(c, databases, c.req.param('db'))
}

function findSlug(c: Call, databases: Services['registry']['databases'], slug = ''): Database | undefined {
  const { namespaceId, databaseId } = c.get('token')
  const found = databases.find(namespaceId, slug)
  if (databaseId !== null && found?.id !== databaseId) {
    throw new ApiError(403, 'The token does not reach this database')
  }
  if (found) c.set('database', found.id)
  return found
}

function notFound(): never {
  throw new ApiError(404, 'There is no such database')
}
