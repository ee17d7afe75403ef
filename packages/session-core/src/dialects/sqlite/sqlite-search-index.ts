import { type RawBuilder, sql } from 'kysely'
import type { ResolvedTableNames } from '../../sessions/session-tables.ts'
import type { SearchIndex } from '../session-dialect.ts'
import { statementBuilder, toStatement } from '../statement-builder.ts'

/** Of what is in the index: another one wherever the same text gets other grams. */
const LAYOUT = 1

/**
 * A note of no row, which goes with the rows of the index: a schema that comes from another database alone, such as a
 * branch, has none.
 */
const WHOLE = { row: sql.lit(Number.MIN_SAFE_INTEGER), stamp: sql.lit(-LAYOUT) }

/** Another number at each time, which JSON can hold. */
const STAMP = sql`random() & 9007199254740991`

/**
 * A table of FTS5 that keeps which rows have a gram, and not the grams of a row. The triggers need no FTS5, so whoever
 * opens the database may write to the items.
 */
export function sqliteSearchIndex({ messages, search, unindexed }: ResolvedTableNames): SearchIndex {
  const db = statementBuilder<never>()
  const [items, index, notes] = [sql.table(messages), sql.table(search), sql.table(unindexed)]
  const statement = (query: RawBuilder<unknown>) => toStatement(query, db)

  // Two statements, because the conflict clause of a statement that fires a trigger goes before one in there.
  const note = (row: RawBuilder<unknown>) =>
    sql`delete from ${notes} where row = ${row}; insert into ${notes} (row, stamp) values (${row}, ${STAMP});`
  const triggers = {
    insert: sql`after insert on ${items} begin ${note(sql`new.id`)} end`,
    update: sql`after update on ${items} begin ${note(sql`old.id`)} ${note(sql`new.id`)} end`,
    delete: sql`after delete on ${items} begin ${note(sql`old.id`)} end`,
  }
  const named = Object.entries(triggers).map(([name, body]) => ({
    name: `${search}_${LAYOUT}_${name}`,
    body,
  }))
  const parts = sql.join([search, unindexed, ...named.map(({ name }) => name)].map((name) => sql.lit(name)))
  const dropTriggers = named.map(({ name }) => sql`drop trigger if exists ${sql.id(name)}`)
  const dropTables = [sql`drop table if exists ${index}`, sql`drop table if exists ${notes}`]
  const stillNoted = (list: string) =>
    sql`json_each(${list}) as given join ${notes} as noted on noted.row = given.value ->> 0 and noted.stamp = given.value ->> 1`

  const isPresent = sql`select 1 where ${sql.lit(named.length + 2)} = (select count(*) from sqlite_master
    where name in (${parts}) and (type = 'table' or type = 'trigger' and tbl_name = ${sql.lit(messages)} collate nocase))`

  return {
    isPresent: statement(isPresent),
    isWhole: statement(
      sql`${isPresent} and exists (select 1 from ${notes} where row = ${WHOLE.row} and stamp = ${WHOLE.stamp})`,
    ),
    create: [
      ...dropTriggers,
      ...dropTables,
      sql`create virtual table ${index}
        using fts5(grams, content='', contentless_delete=1, detail=none, tokenize='ascii')`,
      sql`create table ${notes} (row INTEGER PRIMARY KEY, stamp INTEGER NOT NULL)`,
      ...named.map(({ name, body }) => sql`create trigger ${sql.id(name)} ${body}`),
      sql`insert into ${notes} (row, stamp) select id, ${STAMP} from ${items}`,
      // Where a row of items has that number, nothing is whole.
      sql`insert or ignore into ${notes} (row, stamp) values (${WHOLE.row}, ${WHOLE.stamp})`,
    ].map(statement),
    drop: [...dropTriggers, ...dropTables].map(statement),
    countNoted: statement(sql`select count(*) from ${notes} where row > ${WHOLE.row}`),
    readNoted: ({ before, limit }) =>
      statement(sql`select noted.row, noted.stamp, items.message_data
        from ${notes} as noted left join ${items} as items on items.id = noted.row
        where noted.row < ${before} and noted.row > ${WHOLE.row} order by noted.row desc limit ${limit}`),
    write: (given, rows) =>
      [
        sql`delete from ${index} where rowid in (select noted.row from ${stillNoted(given)})`,
        sql`insert into ${index} (rowid, grams) select noted.row, given.value ->> 2
          from ${stillNoted(rows)} where given.value ->> 2 is not null`,
        sql`delete from ${notes} where row in (select noted.row from ${stillNoted(given)}) returning row`,
      ].map(statement),
    toCell: (grams) => grams.map(toWord).join(' '),
    joinItem: (row) => sql`cross join ${items} as m on m.id = ${row}`,
    having: (grams) => ({
      from: sql`${index} as indexed`,
      where: sql`${sql.ref(search)} match ${grams.map((gram) => `"${toWord(gram)}"`).join(' AND ')}`,
      row: sql.ref('indexed.rowid'),
    }),
  }
}

function toWord(gram: number): string {
  return (gram >>> 0).toString(36)
}
