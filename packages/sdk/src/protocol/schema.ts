/** The `data` of `tables`: the tables of the user, by name. */
export type TablesResponse = readonly TableInfo[]

export interface TableInfo {
  readonly name: string
  readonly rowCount: number
}

/**
 * The `data` of `describe`. The public documentation is silent on columns beyond name and type, and on foreign keys.
 */
export interface DescribeResponse {
  readonly databaseDescription: string | null
  readonly tables: readonly TableDescription[]
}

export interface TableDescription {
  readonly table: string
  readonly description: string | null
  readonly columns: readonly ColumnDescription[]
  readonly foreignKeys: readonly ForeignKeyDescription[]
  readonly indexes: readonly IndexDescription[]
}

export interface ColumnDescription {
  readonly name: string
  /** The type as it was declared; empty where the table declares none. */
  readonly type: string
  readonly notNull: boolean
  /** The position in the primary key, from 1; 0 for other columns. */
  readonly primaryKey: number
  /** The SQL of the default; `null` where there is none. */
  readonly defaultValue: string | null
  readonly description: string | null
}

export interface ForeignKeyDescription {
  readonly columns: readonly string[]
  readonly referencedTable: string
  /** The columns that are referred to; empty where these are the primary key of that table. */
  readonly referencedColumns: readonly string[]
  readonly onDelete: string
  readonly onUpdate: string
}

export interface IndexDescription {
  readonly name: string
  readonly unique: boolean
  /** The columns of the index in order, with `null` for an expression. */
  readonly columns: readonly (string | null)[]
}

/**
 * The `data` of `schema`: what SQLite's own schema table holds for the user. The public documentation is silent on it.
 */
export type SchemaResponse = readonly SchemaObject[]

export interface SchemaObject {
  readonly type: 'table' | 'index' | 'trigger' | 'view'
  readonly name: string
  /** The table that an index or trigger belongs to; for a table or view its own name. */
  readonly table: string
  readonly sql: string
}
