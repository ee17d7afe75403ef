import { quotedName, splitName } from './postgres-layout.ts'

/** Triggers on a table of items, which write down in a table beside it what they are told of. */
export interface Triggers {
  /** The table of items, with its schema where one was given. */
  readonly items: string
  readonly notes: string
  /** What the names of the triggers and of their function begin with, and the events that there are triggers for. */
  readonly name: string
  readonly events: readonly ('insert' | 'update' | 'delete')[]
  /** The column of the items that is written down, and its type. */
  readonly key: string
  readonly type: string
  /** Follows `insert into` and the name of the table, and takes the keys of changed rows as `$1`. */
  readonly write: string
}

/** Whether nothing but changes of the table itself decides which rows it has: no other table, and no policy. */
const STANDS_ALONE = `items.relkind = 'r' and not items.relrowsecurity
        and not exists (select from pg_inherits where items.oid in (inhrelid, inhparent))`

/**
 * One text, which is another one after TRUNCATE, for a table made again, and where a trigger was off for a while; none
 * where a change might not be told. `areNotes` finds the notes in `pg_class`, by their name where nothing else is said.
 */
export function stateOfTriggers(
  triggers: Triggers,
  areNotes = `notes.oid = to_regclass('${quotedName(triggers.notes)}')`,
): string {
  const all = namesOf(triggers)
  const listed = all.map(({ name, fires }) => `('${name}', '${fires}')`).join(', ')
  return `select concat_ws(' ', items.xmin, notes.xmin, triggers.since, '')
      from pg_class as items
      join pg_class as notes on ${areNotes} and notes.relnamespace = items.relnamespace
      cross join lateral (select string_agg(t.xmin::text, ' ' order by t.tgname) as since, count(*) as number
        from pg_trigger as t where t.tgrelid = items.oid and (t.tgname, t.tgenabled) in (${listed})) as triggers
      where items.oid = to_regclass('${quotedName(triggers.items)}') and ${STANDS_ALONE} and triggers.number = ${all.length}`
}

/**
 * A statement that makes the triggers, anew where there are some, and the function that they run, unless `isMade` has a
 * row; nothing where `mayMake` is false of the table of items. `steps` are run behind them, by {@link make}. The items are
 * locked first: so no row is written meanwhile that nobody is told of, and this connection sees what whoever was first
 * has made, as it would not behind another kind of lock.
 *
 * The notes stand in the schema of the items, where the triggers find them whatever the search path is, under any name of
 * that schema. Where they are missing, the triggers do nothing. They run as who made them, because others may have no
 * right to the notes.
 */
export function makeBeside(
  triggers: Triggers,
  { isMade, mayMake = 'true', steps }: { isMade: string; mayMake?: string; steps: readonly string[] },
): string {
  const items = `to_regclass('${quotedName(triggers.items)}')`
  return `do $make$
declare
  items regclass := ${items};
  home text;
  stale name;
begin
  select quote_ident(n.nspname) into home from pg_class as items join pg_namespace as n on n.oid = items.relnamespace
    where items.oid = ${items} and ${STANDS_ALONE} and ${mayMake};
  if home is null then return; end if;
  for look in 1..2 loop
    if exists (${isMade}) then return; end if;
    ${make('lock table %2$s in share row exclusive mode')}
  end loop;
  ${[makeTriggers(triggers), ...steps].join('\n  ')}
end $make$`
}

/** Triggers for statements do not see what logical replication applies, and one for rows sees nothing else. */
function makeTriggers(triggers: Triggers): string {
  const { name, events, key, type, write } = triggers
  const { name: notes } = splitName(triggers.notes)
  const all = namesOf(triggers)
  const ofRow = events.map((event) => {
    const keys = ROWS[event].map(({ row }) => `${row}.${key}`)
    return `when '${event.toUpperCase()}' then changed := array[${keys}];`
  })
  const ofStatement = events.map((event) => {
    const rows = ROWS[event].map(({ table }) => `select ${key} from ${table}`).join(' union all ')
    return `when '${event.toUpperCase()}' then changed := array(select distinct ${key} from (${rows}) as changes);`
  })
  return `${make(`create or replace function %1$s."${name}_change"() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $body$
declare
  notes text := quote_ident(tg_table_schema) || '."${notes}"';
  changed ${type}[];
begin
  if to_regclass(notes) is null then return null; end if;
  if tg_level = 'ROW' then
    case tg_op ${ofRow.join(' ')} end case;
  else
    case tg_op ${ofStatement.join(' ')} end case;
  end if;
  execute 'insert into ' || notes || ' ${write}' using changed;
  return null;
end $body$`)}
  ${make(`revoke all on function %1$s."${name}_change"() from public`)}
  for stale in select tgname from pg_trigger
    where tgrelid = items and tgname in (${all.map((trigger) => `'${trigger.name}'`)}) loop
    execute format('drop trigger %I on %s', stale, items);
  end loop;
  ${all
    .map(({ name: trigger, event }) => {
      const tables = event && ROWS[event].map(({ row, table }) => `${row} table as ${table}`).join(' ')
      const each = event ? `referencing ${tables} for each statement` : 'for each row'
      return make(`create trigger "${trigger}" after ${event ?? events.join(' or ')} on %2$s
        ${each} execute function %1$s."${name}_change"()`)
    })
    .join('\n  ')}
  ${make(`alter table %2$s enable replica trigger "${name}_replica"`)}`
}

const ROWS = {
  insert: [{ row: 'new', table: 'come' }],
  update: [
    { row: 'old', table: 'gone' },
    { row: 'new', table: 'come' },
  ],
  delete: [{ row: 'old', table: 'gone' }],
} as const

/** One for each event, and one for rows, of all events; when it fires: `O`, as usual, or `R`, for a replica. */
function namesOf({ name, events }: Triggers) {
  return [
    ...events.map((event) => ({ name: `${name}_${event}`, event, fires: 'O' })),
    { name: `${name}_replica`, event: undefined, fires: 'R' },
  ]
}

/** PL/pgSQL that runs a statement, with the quoted schema of the items as `%1$s`, and the items as `%2$s`. */
export function make(statement: string): string {
  return `execute format($sql$${statement}$sql$, home, items);`
}
