import { sql } from 'kysely'
import type { ResolvedTableNames } from '../../sessions/session-tables.ts'
import type { SessionMarks } from '../session-dialect.ts'
import { LOCK, quotedName, splitName } from './postgres-layout.ts'

/**
 * Triggers, so that programs that know nothing of marks make them as well. Those for statements do not see what
 * logical replication applies, and one for rows sees nothing else. None is told of rows that are added: an id is handed
 * out before its row is committed, so a trigger cannot know which rows will come to stand before it.
 *
 * A mark goes with what the catalog says of the tables and the triggers, and since when. So it is another one after
 * TRUNCATE, for a table made again, and where a trigger was off for a while.
 */
export function postgresMarks({ messages, marks }: ResolvedTableNames): SessionMarks {
  const state = catalogState(messages, marks, `marks.oid = to_regclass('${quotedName(marks)}')`)
  return {
    countsRows: true,
    create: [{ sql: makeMarks(messages, marks) }],
    current: (session) => sql`(${sql.raw(state)})
      || coalesce((select cast(mark as text) from ${sql.table(marks)} where session_id = ${session}), '')`,
  }
}

/** What each trigger is for, and when it fires: `O`, as usual, or `R`, for a replica. */
const TRIGGERS = [
  { kind: 'delete', event: 'delete', tables: 'old table as gone', fires: 'O' },
  { kind: 'update', event: 'update', tables: 'old table as gone new table as come', fires: 'O' },
  { kind: 'replica', event: 'update or delete', tables: undefined, fires: 'R' },
] as const

/** Whether nothing but changes of the table itself decides which rows it has: no other table, and no policy. */
const STANDS_ALONE = `items.relkind = 'r' and not items.relrowsecurity
        and not exists (select from pg_inherits where items.oid in (inhrelid, inhparent))`

/** One text; none where a change might make no mark. */
function catalogState(messages: string, marks: string, isMarks: string): string {
  const { name } = splitName(marks)
  const triggers = TRIGGERS.map(({ kind, fires }) => `('${name}_${kind}', '${fires}')`).join(', ')
  return `select concat_ws(' ', items.xmin, marks.xmin, triggers.since, '')
      from pg_class as items
      join pg_class as marks on ${isMarks} and marks.relnamespace = items.relnamespace
      cross join lateral (select string_agg(t.xmin::text, ' ' order by t.tgname) as since, count(*) as number
        from pg_trigger as t where t.tgrelid = items.oid and (t.tgname, t.tgenabled) in (${triggers})) as triggers
      where items.oid = to_regclass('${quotedName(messages)}') and ${STANDS_ALONE} and triggers.number = ${TRIGGERS.length}`
}

/**
 * Looks first, as the statement that makes the tables does, and makes what is missing where this role may. The table of
 * marks stands in the schema of the items, where the triggers find it whatever the search path is, under any name of
 * that schema. Where it is missing, they do nothing. They run as who made them, because others may have no right to it.
 */
function makeMarks(messages: string, marks: string): string {
  const { name } = splitName(marks)
  const names = TRIGGERS.map(({ kind }) => `'${name}_${kind}'`)
  const make = (statement: string) => `execute format($sql$${statement}$sql$, home, items);`
  return `do $make$
declare
  items regclass := to_regclass('${quotedName(messages)}');
  home text;
  stale name;
begin
  select quote_ident(n.nspname) into home from pg_class as items join pg_namespace as n on n.oid = items.relnamespace
    where items.oid = to_regclass('${quotedName(messages)}') and ${STANDS_ALONE}
      and pg_has_role(items.relowner, 'usage') and has_schema_privilege(n.oid, 'create');
  if home is null then return; end if;
  -- Once more behind whoever was first.
  for look in 1..2 loop
    if exists (${catalogState(messages, marks, `marks.relname = '${name}'`)}) then return; end if;
    perform pg_advisory_xact_lock(${LOCK});
  end loop;
  ${make(`create table if not exists %1$s."${name}" (session_id text collate "C" primary key, mark uuid not null)`)}
  ${make(`create or replace function %1$s."${name}_change"() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $body$
declare
  marks text := quote_ident(tg_table_schema) || '."${name}"';
  changed text[];
begin
  if to_regclass(marks) is null then return null; end if;
  if tg_level = 'ROW' then
    changed := array[old.session_id];
    if tg_op = 'UPDATE' then changed := changed || array[new.session_id]; end if;
  elsif tg_op = 'DELETE' then
    select array_agg(session_id) into changed from (select session_id from gone group by session_id) as changes;
  else
    select array_agg(session_id) into changed
      from (select session_id from gone union select session_id from come) as changes;
  end if;
  execute 'insert into ' || marks || ' select id, gen_random_uuid() from unnest($1) as id
    group by id order by id collate "C" on conflict (session_id) do update set mark = excluded.mark' using changed;
  return null;
end $body$`)}
  ${make(`revoke all on function %1$s."${name}_change"() from public`)}
  for stale in select tgname from pg_trigger where tgrelid = items and tgname in (${names.join(', ')}) loop
    execute format('drop trigger %I on %s', stale, items);
  end loop;
  ${TRIGGERS.map(({ kind, event, tables, fires }) =>
    [
      make(
        `create trigger "${name}_${kind}" after ${event} on %2$s ${
          tables ? `referencing ${tables} for each statement` : 'for each row'
        } execute function %1$s."${name}_change"()`,
      ),
      ...(fires === 'R' ? [make(`alter table %2$s enable replica trigger "${name}_${kind}"`)] : []),
    ].join('\n  '),
  ).join('\n  ')}
end $make$`
}
