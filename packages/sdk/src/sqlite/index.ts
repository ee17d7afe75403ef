/** What a client in local mode and a server both know of SQLite: what its errors say, and how to read a schema. */
export { parseSqlError } from './parse-sql-error.ts'
export {
  describeTable,
  objectsOfUser,
  quoteName,
  SCHEMA_OBJECTS,
  TABLE_LIST,
  tablesOfUser,
} from './read-schema.ts'
export { detailWithoutValues, REDACTED, withoutValues } from './without-values.ts'
