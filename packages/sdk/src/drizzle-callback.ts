import type { SqlValue } from './protocol/index.ts'
import type { SqlParam } from './sql-backend.ts'

/**
 * What `drizzle` of `drizzle-orm/sqlite-proxy` takes: runs one statement, and gives its rows as that method has them.
 */
export type DrizzleCallback = (
  sql: string,
  // biome-ignore lint/suspicious/noExplicitAny: the type of drizzle-orm
  params: any[],
  method: 'run' | 'all' | 'values' | 'get',
  // biome-ignore lint/suspicious/noExplicitAny: the type of drizzle-orm
) => Promise<{ rows: any[] }>

interface Queryable {
  query(
    sql: string,
    params?: readonly SqlParam[],
  ): Promise<{ readonly rows: readonly (readonly SqlValue[])[] }>
}

export function drizzleCallback(database: Queryable): DrizzleCallback {
  return async (sql, params, method) => {
    const { rows } = await database.query(sql, params)
    // Of `get`, drizzle expects the one row itself, or undefined where there is none; its type does not say so.
    return { rows: method === 'get' ? (rows[0] as SqlValue[]) : [...rows] }
  }
}
