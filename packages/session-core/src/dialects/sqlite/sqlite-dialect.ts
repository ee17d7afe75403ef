import { sql } from 'kysely'
import { isItemSql, itemSourceSql } from '../../items/item-sql.ts'
import type { SessionDialect } from '../session-dialect.ts'
import { statementBuilder } from '../statement-builder.ts'
import { sqliteLayout } from './sqlite-layout.ts'
import { sqliteMarks } from './sqlite-marks.ts'
import { sqliteSearchIndex } from './sqlite-search-index.ts'
import { sqliteMayHold } from './sqlite-text-search.ts'

export const sqliteDialect: SessionDialect = {
  name: 'sqlite',
  builder: statementBuilder,
  hasSchemas: false,
  layout: sqliteLayout,
  marks: sqliteMarks,
  locksRows: false,
  readsByRange: false,
  listed: (array) => sql`json_each(${array})`,
  element: (column, index) => sql`json_extract(${sql.ref(column)}, ${sql.lit(`$[${index}]`)})`,
  typed: (value) => sql`${value}`,
  now: sql`CURRENT_TIMESTAMP`,
  asText: (value) => sql`cast(${value} as text)`,
  byteLength: (text) => sql`octet_length(${text})`,
  items: {
    isItem: (column) => sql.raw(isItemSql(column)),
    isUserItem: (column) =>
      sql.raw(
        `case when ${isItemSql(column)} then json_extract(${itemSourceSql(column)}, '$.role') end = 'user'`,
      ),
  },
  rawData: {
    storage: (column) => sql`typeof(${sql.raw(column)})`,
    bytes: (column) => sql`cast(${column} as blob)`,
    fromHex: (hex, storage) => sql`case ${storage} when 'blob' then unhex(${hex})
                when 'text' then cast(unhex(${hex}) as text) else ${hex} end`,
  },
  mayHold: sqliteMayHold,
  searchIndex: sqliteSearchIndex,
}
