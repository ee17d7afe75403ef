import type {
  ColumnDescription,
  DescribeResponse,
  ForeignKeyDescription,
  TableDescription,
} from '../protocol/index.ts'
import type { LocalResult } from './local-driver.ts'

type Run = (statements: { sql: string }[]) => Promise<LocalResult[]>
type Row = readonly unknown[]

/** In what `table_xinfo` tells: a column of a virtual table that `*` does not show. */
const HIDDEN = 1

export async function describeTables(tables: readonly string[], run: Run): Promise<DescribeResponse> {
  const ask = async (pragma: string, names: readonly string[]) =>
    names.length === 0 ? [] : run(names.map((name) => ({ sql: `pragma main.${pragma}(${quote(name)})` })))
  const columns = await ask('table_xinfo', tables)
  const foreignKeys = await ask('foreign_key_list', tables)
  const indexes = await ask('index_list', tables)
  const names = indexes.flatMap(({ rows }) => rows.map(([, name]) => String(name)))
  const ofIndexes = await ask('index_info', names)
  const columnsOf = new Map(
    names.map((name, index) => [name, ofIndexes[index]!.rows.map(([, , column]) => column)]),
  )
  return {
    databaseDescription: null,
    tables: tables.map(
      (table, index): TableDescription => ({
        table,
        description: null,
        columns: columns[index]!.rows.filter(([, , , , , , hidden]) => hidden !== HIDDEN).map(toColumn),
        foreignKeys: toForeignKeys(foreignKeys[index]!.rows),
        indexes: indexes[index]!.rows.map(([, name, unique]) => ({
          name: String(name),
          unique: unique === 1,
          columns: columnsOf.get(String(name)) as (string | null)[],
        })).sort((a, b) => (a.name < b.name ? -1 : 1)),
      }),
    ),
  }
}

/** A name as SQL has it, whatever is in it. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function toColumn([, name, type, notNull, defaultValue, primaryKey]: Row): ColumnDescription {
  return {
    name: String(name),
    type: String(type),
    notNull: notNull === 1,
    primaryKey: Number(primaryKey),
    defaultValue: defaultValue as string | null,
    description: null,
  }
}

/** The rows of one key together. */
function toForeignKeys(rows: readonly Row[]): ForeignKeyDescription[] {
  const byId = [...Map.groupBy(rows, ([id]) => Number(id))].sort(([a], [b]) => a - b)
  return byId.map(([, parts]) => {
    const [, , referencedTable, , , onUpdate, onDelete] = parts[0]!
    return {
      columns: parts.map(([, , , from]) => String(from)),
      referencedTable: String(referencedTable),
      referencedColumns: parts.flatMap(([, , , , to]) => (to === null ? [] : [String(to)])),
      onDelete: String(onDelete),
      onUpdate: String(onUpdate),
    }
  })
}
