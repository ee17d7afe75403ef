import type { Connection } from '../connection/connection.ts'
import { inTransaction } from '../execute/transaction.ts'
import { readSchemaInOrder } from './schema-objects.ts'

/** Makes everything of the source's schema in an empty database, and none of its rows. */
export function copySchema(source: Connection, target: Connection): void {
  const objects = readSchemaInOrder(source)
  inTransaction(target, 'write', () => {
    for (const { sql } of objects) target.run(sql)
  })
}
