import type { Connection } from './connection.ts'
import { isHidden } from './policy.ts'

export interface SchemaEntry {
  readonly type: 'table' | 'index' | 'view' | 'trigger'
  readonly name: string
  readonly sql: string
}

// Virtual tables make their shadow tables by themselves. Triggers and views come after what they name.
const SCHEMA = `select s.type, s.name, s.sql from sqlite_schema s
  left join pragma_table_list t on t.schema = 'main' and t.name = s.tbl_name
  where s.sql is not null and s.name not like 'sqlite\\_%' escape '\\' and ifnull(t.type, '') <> 'shadow'
  order by case s.type when 'table' then 1 when 'index' then 2 when 'view' then 3 else 4 end,
    ifnull(t.type, '') = 'virtual', s.rowid`

/** What users made in a database, in an order in which it can be made again. */
export function readSchema(connection: Connection): SchemaEntry[] {
  const rows = connection.runOwn(() => connection.own(SCHEMA).all()) as unknown as [
    SchemaEntry['type'],
    string,
    string,
  ][]
  return rows.map(([type, name, sql]) => ({ type, name, sql })).filter(({ name }) => !isHidden(name))
}
