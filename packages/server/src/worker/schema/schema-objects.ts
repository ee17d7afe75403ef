import type { SchemaObject } from '@persql/sdk/protocol'
import { objectsOfUser, SCHEMA_OBJECTS } from '@persql/sdk/sqlite'
import type { Connection } from '../connection/connection.ts'

/** What users made in a database, in the order of its making. */
export function readSchema(connection: Connection): SchemaObject[] {
  return objectsOfUser(connection.rowsForServer(SCHEMA_OBJECTS), connection.pragma('table_list'))
}

const ORDER = ['table', 'index', 'view', 'trigger']

/** The same in an order in which it can be made again: triggers and views come after what they name. */
export function readSchemaInOrder(connection: Connection): SchemaObject[] {
  const tables = connection.tables()
  const virtual = new Set(tables.flatMap(({ name, type }) => (type === 'virtual' ? [name] : [])))
  const rank = ({ type, name }: SchemaObject) => ORDER.indexOf(type) + (virtual.has(name) ? 0.5 : 0)
  return readSchema(connection).sort((a, b) => rank(a) - rank(b))
}
