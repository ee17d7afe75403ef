import { type RawBuilder, sql } from 'kysely'
import type { SqlStatement } from '../../driver/sql-driver.ts'
import type { ResolvedTableNames } from '../../sessions/session-tables.ts'
import type { SessionMarks } from '../session-dialect.ts'
import { statementBuilder } from '../statement-builder.ts'

/**
 * Triggers, so that programs that know nothing of marks make them as well. What needs none: items added at the end, and
 * the oldest items of a session removed while others stay, which moves its first row.
 */
export function sqliteMarks({ messages, marks }: ResolvedTableNames): SessionMarks {
  const db = statementBuilder<never>()
  const [items, marked] = [sql.table(messages), sql.table(marks)]
  const mark = (session: RawBuilder<unknown>) =>
    sql`insert into ${marked} values (${session}, hex(randomblob(8))) on conflict do update set mark = excluded.mark`

  const triggers = {
    // The first row is looked at rather than any, because deleting a whole session asks for each of its rows.
    delete: sql`after delete on ${items}
      when ((select id from ${items} where session_id = old.session_id order by id limit 1) > old.id) is not true
      begin ${mark(sql`old.session_id`)}; end`,
    update: sql`after update on ${items}
      begin ${mark(sql`old.session_id`)}; ${mark(sql`new.session_id`)}; end`,
    // A new id may be that of a row that it replaces.
    move: sql`after update of id on ${items} when new.id is not old.id begin ${mark(WHOLE)}; end`,
    // Rows are added at the end of the table. Elsewhere one may stand between others, or in the place of one of any
    // session, because REPLACE tells no other trigger. In the place of the newest one it is seen by its text.
    insert: sql`after insert on ${items} when exists (select 1 from ${items} where id > new.id)
      begin ${mark(WHOLE)}; end`,
  }
  const names = Object.keys(triggers).map((name) => `${marks}_${name}`)
  // As far into the schema as the last of them, however much comes after it. By CASE, because a list behind IN is made a
  // table each time.
  const present = sql<number>`(select count(*) from (select 1 from sqlite_master where type = 'trigger'
    and tbl_name = ${sql.lit(messages)} collate nocase and case name ${sql.join(
      names.map((name) => sql`when ${sql.lit(name)} then 1`),
      sql` `,
    )} end
    limit ${sql.lit(names.length)}))`

  const statements = [
    sql`create table if not exists ${marked} (session_id TEXT PRIMARY KEY, mark TEXT NOT NULL) without rowid`,
    // Whatever happened while a trigger was missing, nothing that was read before it is known any longer. A schema that
    // was copied alone, as that of a branch, has all of them and no mark.
    sql`insert into ${marked} select ${WHOLE}, hex(randomblob(8)) where ${present} < ${sql.lit(names.length)}
      or not exists (select 1 from ${marked} where session_id = ${WHOLE})
      on conflict do update set mark = excluded.mark`,
    ...Object.entries(triggers).map(
      ([name, body]) => sql`create trigger if not exists ${sql.id(`${marks}_${name}`)} ${body}`,
    ),
  ]
  return {
    countsRows: false,
    create: statements.map((statement): SqlStatement => ({ sql: statement.compile(db).sql })),
    current: (session) => sql`case when ${present} = ${sql.lit(names.length)} then
      (select mark from ${marked} where session_id = ${WHOLE})
      || coalesce((select mark from ${marked} where session_id = ${session}), '') end`,
  }
}

/** Stands for all sessions at once. */
const WHOLE = sql.lit('')
