import type { LocalResult } from './local-driver.ts'
import type {
  ColumnDescription,
  DescribeResponse,
  ForeignKeyDescription,
  IndexDescription,
} from './protocol/index.ts'

/** The statements whose results {@link toDescription} understands. `userTables` is a query for their names. */
export function describeSql(userTables: string): { sql: string }[] {
  const tables = `(select name as t from (${userTables}))`
  return [
    { sql: `select t from ${tables} order by t` },
    {
      sql: `select t, c.name, c.type, c."notnull", c.pk, c.dflt_value
        from ${tables} join pragma_table_xinfo(t) c where c.hidden <> 1 order by t, c.cid`,
    },
    {
      sql: `select t, k.id, k."from", k."table", k."to", k.on_delete, k.on_update
        from ${tables} join pragma_foreign_key_list(t) k order by t, k.id, k.seq`,
    },
    {
      sql: `select t, i.name, i."unique", c.name
        from ${tables} join pragma_index_list(t) i join pragma_index_info(i.name) c order by t, i.name, c.seqno`,
    },
  ]
}

export function toDescription([
  tables,
  columns,
  foreignKeys,
  indexes,
]: readonly LocalResult[]): DescribeResponse {
  return {
    databaseDescription: null,
    tables: tables!.rows.map(([table]) => ({
      table: String(table),
      description: null,
      columns: columns!.rows.filter(([of]) => of === table).map(toColumn),
      foreignKeys: groups(foreignKeys!, table).map(toForeignKey),
      indexes: groups(indexes!, table).map(toIndex),
    })),
  }
}

type Row = readonly unknown[]

/** The rows of one table, those with the same second cell together. */
function groups({ rows }: LocalResult, table: unknown): Row[][] {
  return [...Map.groupBy(rows.filter(([of]) => of === table) as Row[], ([, id]) => id).values()]
}

function toColumn([, name, type, notNull, primaryKey, defaultValue]: Row): ColumnDescription {
  return {
    name: String(name),
    type: String(type),
    notNull: notNull === 1,
    primaryKey: Number(primaryKey),
    defaultValue: defaultValue as string | null,
    description: null,
  }
}

function toForeignKey(rows: Row[]): ForeignKeyDescription {
  const [, , , referencedTable, , onDelete, onUpdate] = rows[0]!
  return {
    columns: rows.map((row) => String(row[2])),
    referencedTable: String(referencedTable),
    referencedColumns: rows.flatMap((row) => (row[4] === null ? [] : [String(row[4])])),
    onDelete: String(onDelete),
    onUpdate: String(onUpdate),
  }
}

function toIndex(rows: Row[]): IndexDescription {
  const [, name, unique] = rows[0]!
  return { name: String(name), unique: unique === 1, columns: rows.map((row) => row[3] as string | null) }
}
