import { type RawBuilder, sql } from 'kysely'
import type { ResolvedTableNames } from '../../sessions/session-tables.ts'
import type { SearchIndex } from '../session-dialect.ts'
import { statementBuilder, toStatement } from '../statement-builder.ts'
import { quotedName, splitName } from './postgres-layout.ts'
import { make, makeBeside, stateOfTriggers, type Triggers } from './postgres-triggers.ts'

/** Of what is in the index: another one wherever the same text gets other grams. */
const LAYOUT = 1

/** Another number at each time, which JSON can hold. */
const STAMP = 'cast(random() * 9007199254740991 as bigint)'

/**
 * A table of the grams of each row, under GIN. Its comment holds the state of the triggers since it was made, so that it
 * counts as missing where they might not have noted something: after TRUNCATE, after a change of the table of items or of
 * its rights, in a database that was restored.
 */
export function postgresSearchIndex({ messages, search, unindexed }: ResolvedTableNames): SearchIndex {
  const db = statementBuilder<never>('postgres')
  const [items, index, notes] = [sql.table(messages), sql.table(search), sql.table(unindexed)]
  const statement = (query: RawBuilder<unknown>) => toStatement(query, db)
  const triggers: Triggers = {
    items: messages,
    notes: unindexed,
    name: splitName(search).name,
    events: ['insert', 'update', 'delete'],
    key: 'id',
    type: 'bigint',
    write: `select id, ${STAMP} from unnest($1) as id
      group by id order by id on conflict (row) do update set stamp = excluded.stamp`,
  }
  const isPresent = `select 1 where obj_description(to_regclass('${quotedName(search)}'), 'pg_class')
    = '${LAYOUT} ' || (${stateOfTriggers(triggers)})`
  const stillNoted = (list: string) =>
    sql`json_array_elements(cast(${list} as json)) as given(value) join ${notes} as noted
      on noted.row = cast(value ->> 0 as bigint) and noted.stamp = cast(value ->> 1 as bigint)`

  return {
    isPresent: { sql: isPresent },
    isWhole: { sql: isPresent },
    create: [
      // Where there is no table of items, this says so.
      { sql: `select cast('${quotedName(messages)}' as regclass)` },
      { sql: makeIndex(search, triggers, isPresent) },
    ],
    drop: [
      sql`drop function if exists ${sql.table(`${search}_change`)} cascade`,
      sql`drop table if exists ${index}, ${notes}`,
    ].map(statement),
    countNoted: statement(sql`select count(*) from ${notes}`),
    readNoted: ({ before, limit }) =>
      statement(sql`select noted.row, noted.stamp, items.message_data
        from ${notes} as noted left join ${items} as items on items.id = noted.row
        where noted.row < ${before} order by noted.row desc limit ${limit}`),
    write: (given, rows) =>
      [
        // Whoever writes one of the rows from here on waits.
        sql`select noted.row from ${stillNoted(given)} order by noted.row for update of noted`,
        sql`delete from ${index} where row in (select noted.row from ${stillNoted(given)})`,
        sql`insert into ${index} (row, grams) select noted.row, cast(given.value ->> 2 as integer[])
          from ${stillNoted(rows)} where given.value ->> 2 is not null`,
        sql`delete from ${notes} where row in (select noted.row from ${stillNoted(given)}) returning row`,
      ].map(statement),
    // What was written last waits in a list, which every search would read.
    finish: {
      sql: `select case when pg_has_role(relowner, 'usage') then gin_clean_pending_list(oid) end
        from pg_class where oid = to_regclass('${quotedName(`${search}_grams`)}')`,
    },
    toCell: (grams) => `{${grams}}`,
    // Queries of their own, because the planner takes few rows for likely to be found soon, and goes through all of them.
    joinItem: (row) => sql`cross join lateral (select * from ${items} where id = ${row} offset 0) as m`,
    having: (grams) => ({
      from: sql`(select row from ${index} where grams @> cast(${`{${grams}}`} as integer[]) offset 0) as indexed`,
      where: sql`true`,
      row: sql.ref('indexed.row'),
    }),
  }
}

function makeIndex(search: string, triggers: Triggers, isMade: string): string {
  const { name } = splitName(search)
  const { name: notes } = splitName(triggers.notes)
  return makeBeside(triggers, {
    isMade,
    steps: [
      make(`drop table if exists %1$s."${name}", %1$s."${notes}"`),
      make(`create table %1$s."${name}" (row bigint primary key, grams integer[] not null)`),
      make(`create index "${name}_grams" on %1$s."${name}" using gin (grams)`),
      make(`create table %1$s."${notes}" (row bigint primary key, stamp bigint not null)`),
      make(`insert into %1$s."${notes}" select id, ${STAMP} from %2$s`),
      `execute format('comment on table %1$s."${name}" is %2$L', home, '${LAYOUT} ' || (${stateOfTriggers(triggers)}));`,
    ],
  })
}
