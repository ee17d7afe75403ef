import { sql } from 'kysely'
import { isItemSql } from '../../items/item-sql.ts'
import type { SessionDialect } from '../session-dialect.ts'
import { statementBuilder } from '../statement-builder.ts'
import { sqliteLayout } from './sqlite-layout.ts'

export const sqliteDialect: SessionDialect = {
  name: 'sqlite',
  builder: statementBuilder,
  layout: sqliteLayout,
  listed: (array) => sql`json_each(${array})`,
  element: (array, index) => sql`json_extract(${array}, ${sql.lit(`$[${index}]`)})`,
  now: sql`CURRENT_TIMESTAMP`,
  asText: (value) => sql`cast(${value} as text)`,
  byteLength: (text) => sql`octet_length(${text})`,
  isItem: (column) => sql.raw(isItemSql(column)),
  isUserItem: (column) =>
    sql`case when ${sql.raw(isItemSql(column))} then json_extract(${sql.ref(column)}, '$.role') end = 'user'`,
}
