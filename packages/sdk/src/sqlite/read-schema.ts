import type {
  ColumnDescription,
  ForeignKeyDescription,
  IndexDescription,
  SchemaObject,
  TableDescription,
} from '../protocol/index.ts'

type Rows = readonly (readonly unknown[])[]

// As a statement: a table of the user goes before a function of its name, such as `pragma_table_list`.
/** The statement whose rows {@link tablesOfUser} and {@link objectsOfUser} take. */
export const TABLE_LIST = 'pragma main.table_list'

/** The statement whose rows {@link objectsOfUser} takes. */
export const SCHEMA_OBJECTS =
  'select type, name, tbl_name, sql from main.sqlite_schema where sql is not null order by rowid'

/** The pragmas whose rows {@link describeTable} takes, each for the name of a table or an index. */
export interface PragmasOfTable {
  readonly table_xinfo: Rows
  readonly foreign_key_list: Rows
  readonly index_list: Rows
  readonly index_info: (index: string) => Rows
}

/** In what `table_xinfo` tells: a column of a virtual table that `*` does not show. */
const HIDDEN = 1

/**
 * The names of the tables that users have made, sorted: neither SQLite's own, nor a server's, nor virtual ones that this
 * SQLite cannot open, for it lacks their module.
 */
export function tablesOfUser(tableList: Rows): string[] {
  return tableList
    .filter(([, , type, columns]) => type === 'table' || (type === 'virtual' && Number(columns) > 0))
    .map(([, name]) => String(name))
    .filter(isOfUser)
    .sort()
}

/**
 * What users have made in a database, in the order of its making. Without shadow tables, which virtual tables make by
 * themselves.
 */
export function objectsOfUser(objects: Rows, tableList: Rows): SchemaObject[] {
  const shadows = new Set(tableList.flatMap(([, name, type]) => (type === 'shadow' ? [name] : [])))
  return (objects as [SchemaObject['type'], string, string, string][])
    .map(([type, name, table, sql]) => ({ type, name, table, sql }))
    .filter(({ name, table }) => isOfUser(name) && isOfUser(table) && !shadows.has(table))
}

/** Describes a table by what pragmas tell of it. */
export function describeTable(table: string, pragmas: PragmasOfTable): TableDescription {
  return {
    table,
    description: null,
    columns: pragmas.table_xinfo.filter(([, , , , , , hidden]) => hidden !== HIDDEN).map(toColumn),
    foreignKeys: toForeignKeys(pragmas.foreign_key_list),
    indexes: pragmas.index_list
      .map(
        ([, name, unique]): IndexDescription => ({
          name: String(name),
          unique: unique === 1,
          columns: pragmas.index_info(String(name)).map(([, , column]) => column as string | null),
        }),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

/** A name as SQL has it, whatever is in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function isOfUser(name: string): boolean {
  return !/^(?:sqlite|_persql)_/i.test(name)
}

function toColumn([, name, type, notNull, defaultValue, primaryKey]: readonly unknown[]): ColumnDescription {
  return {
    name: String(name),
    type: String(type),
    notNull: notNull === 1,
    primaryKey: Number(primaryKey),
    defaultValue: defaultValue === null ? null : String(defaultValue),
    description: null,
  }
}

/** The rows of one key together. */
function toForeignKeys(rows: Rows): ForeignKeyDescription[] {
  const byId = [...Map.groupBy(rows, ([id]) => Number(id))].sort(([a], [b]) => a - b)
  return byId.map(([, parts]) => {
    const [, , referencedTable, , , onUpdate, onDelete] = parts[0] ?? []
    return {
      columns: parts.map(([, , , from]) => String(from)),
      referencedTable: String(referencedTable),
      referencedColumns: parts.flatMap(([, , , , to]) => (to === null ? [] : [String(to)])),
      onDelete: String(onDelete),
      onUpdate: String(onUpdate),
    }
  })
}
