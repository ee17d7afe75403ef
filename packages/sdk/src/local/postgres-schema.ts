import type {
  IndexDescription,
  PlanRow,
  SchemaObject,
  SqlValue,
  TableDescription,
} from '../protocol/index.ts'

type Rows = readonly (readonly SqlValue[])[]

/** Tables of the user, those outside of the search path with their schema. */
const TABLES = `select c.oid, case when pg_table_is_visible(c.oid) then '' else n.nspname || '.' end || c.relname as name
  from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`

/** `[name, the same as SQL has it]` of every table, by name. */
export const POSTGRES_TABLES = `select name, cast(cast(oid as regclass) as text) from (${TABLES}) as t order by name collate "C"`

/** What {@link describePostgres} reads: the columns, the foreign keys and the indexes of all tables. */
export const POSTGRES_DESCRIPTION = [
  `select t.name, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
      coalesce(array_position(cast(p.conkey as integer[]), cast(a.attnum as integer)), 0), pg_get_expr(d.adbin, d.adrelid),
      col_description(t.oid, a.attnum), obj_description(t.oid, 'pg_class')
    from (${TABLES}) as t
    left join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    left join pg_constraint as p on p.conrelid = t.oid and p.contype = 'p'
    left join pg_attrdef as d on d.adrelid = t.oid and d.adnum = a.attnum
    order by t.name collate "C", a.attnum`,
  `select t.name, cast(cast(k.confrelid as regclass) as text), k.confdeltype, k.confupdtype,
      (select json_agg(a.attname order by place) from unnest(k.conkey) with ordinality as given (number, place)
        join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = number),
      (select json_agg(a.attname order by place) from unnest(k.confkey) with ordinality as given (number, place)
        join pg_attribute as a on a.attrelid = k.confrelid and a.attnum = number)
    from (${TABLES}) as t join pg_constraint as k on k.conrelid = t.oid and k.contype = 'f' order by k.oid`,
  `select t.name, c.relname, i.indisunique,
      (select json_agg(a.attname order by place) from unnest(cast(i.indkey as smallint[])) with ordinality as given (number, place)
        left join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = number and number > 0)
    from (${TABLES}) as t join pg_index as i on i.indrelid = t.oid join pg_class as c on c.oid = i.indexrelid order by c.relname`,
]

/** The tables, from the results of {@link POSTGRES_DESCRIPTION}. */
export function describePostgres([
  columns = [],
  keys = [],
  indexes = [],
]: readonly Rows[]): TableDescription[] {
  const tables = new Map<
    string,
    TableDescription & { readonly columns: TableDescription['columns'][number][] }
  >()
  for (const [table, name, type, notNull, primaryKey, defaultValue, description, ofTable] of columns) {
    const known = tables.get(String(table)) ?? {
      table: String(table),
      description: textOrNull(ofTable),
      columns: [],
      foreignKeys: keys.filter(([of]) => of === table).map(toForeignKey),
      indexes: indexes.filter(([of]) => of === table).map(toIndex),
    }
    tables.set(known.table, known)
    // A table may have no column.
    if (name === null) continue
    known.columns.push({
      name: String(name),
      type: String(type),
      notNull: notNull === 1,
      primaryKey: Number(primaryKey),
      defaultValue: textOrNull(defaultValue),
      description: textOrNull(description),
    })
  }
  return [...tables.values()]
}

/** `[type, name, table, sql]` of what the tables are and have, in the order in which it was made. */
export const POSTGRES_SCHEMA = `select type, name, of_table, sql from (
    select t.oid, 'table' as type, t.name, t.name as of_table, 'CREATE TABLE ' || cast(cast(t.oid as regclass) as text) || ' (' || (
        select string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'NOT NULL' end,
          'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)), ', ' order by a.attnum)
        from pg_attribute as a left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      ) || coalesce((select string_agg(', ' || pg_get_constraintdef(k.oid), '' order by k.oid) from pg_constraint as k
        where k.conrelid = t.oid), '') || ')' as sql
      from (${TABLES}) as t
    union all select i.indexrelid, 'index', c.relname, t.name, pg_get_indexdef(i.indexrelid)
      from (${TABLES}) as t join pg_index as i on i.indrelid = t.oid join pg_class as c on c.oid = i.indexrelid
      where not exists (select from pg_constraint as k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
    union all select g.oid, 'trigger', g.tgname, t.name, pg_get_triggerdef(g.oid)
      from (${TABLES}) as t join pg_trigger as g on g.tgrelid = t.oid and not g.tgisinternal
    union all select c.oid, 'view', c.relname, c.relname, 'CREATE VIEW ' || cast(cast(c.oid as regclass) as text) || ' AS ' || pg_get_viewdef(c.oid)
      from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
      where c.relkind = 'v' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  ) as objects order by oid`

export function toSchemaObject([type, name, table, sql]: Rows[number]): SchemaObject {
  return {
    type: type as SchemaObject['type'],
    name: String(name),
    table: String(table),
    sql: String(sql).replace(/;\s*$/, ''),
  }
}

/** The lines of EXPLAIN, each below the last one before it that is less indented. */
export function toPlan(lines: readonly string[]): PlanRow[] {
  const above: { id: number; indent: number }[] = []
  return lines.map((line, place) => {
    const indent = line.search(/\S|$/)
    while (above.length > 0 && above.at(-1)!.indent >= indent) above.pop()
    const parent = above.at(-1)?.id ?? 0
    above.push({ id: place + 1, indent })
    return [place + 1, parent, 0, line.trim().replace(/^->\s*/, '')]
  })
}

const ACTIONS: Readonly<Record<string, string>> = {
  a: 'NO ACTION',
  r: 'RESTRICT',
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
}

function toForeignKey([, table, onDelete, onUpdate, columns, referenced]: Rows[number]) {
  return {
    columns: JSON.parse(String(columns)) as string[],
    referencedTable: String(table),
    referencedColumns: JSON.parse(String(referenced)) as string[],
    onDelete: ACTIONS[String(onDelete)] ?? '',
    onUpdate: ACTIONS[String(onUpdate)] ?? '',
  }
}

function toIndex([, name, unique, columns]: Rows[number]): IndexDescription {
  return {
    name: String(name),
    unique: unique === 1,
    columns: JSON.parse(String(columns)) as (string | null)[],
  }
}

function textOrNull(value: SqlValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}
