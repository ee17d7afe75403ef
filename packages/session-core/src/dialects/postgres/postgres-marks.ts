import { sql } from 'kysely'
import type { ResolvedTableNames } from '../../sessions/session-tables.ts'
import type { SessionMarks } from '../session-dialect.ts'
import { splitName } from './postgres-layout.ts'
import { make, makeBeside, stateOfTriggers, type Triggers } from './postgres-triggers.ts'

/**
 * Triggers, so that programs that know nothing of marks make them as well. None is told of rows that are added: an id is
 * handed out before its row is committed, so a trigger cannot know which rows will come to stand before it.
 *
 * A mark goes with the state of the triggers, so it is another one where they might have missed something.
 */
export function postgresMarks({ messages, marks }: ResolvedTableNames): SessionMarks {
  const triggers: Triggers = {
    items: messages,
    notes: marks,
    name: splitName(marks).name,
    events: ['delete', 'update'],
    key: 'session_id',
    type: 'text',
    write: `select id, gen_random_uuid() from unnest($1) as id
      group by id order by id collate "C" on conflict (session_id) do update set mark = excluded.mark`,
  }
  return {
    countsRows: true,
    create: [{ sql: makeMarks(triggers) }],
    current: (session) => sql`(${sql.raw(stateOfTriggers(triggers))})
      || coalesce((select cast(mark as text) from ${sql.table(marks)} where session_id = ${session}), '')`,
  }
}

/** Looks first, as the statement that makes the tables does, and makes what is missing where this role may. */
function makeMarks(triggers: Triggers): string {
  const { name } = splitName(triggers.notes)
  return makeBeside(triggers, {
    isMade: stateOfTriggers(triggers, `notes.relname = '${name}'`),
    mayMake: `pg_has_role(items.relowner, 'usage') and has_schema_privilege(n.oid, 'create')`,
    steps: [
      make(
        `create table if not exists %1$s."${name}" (session_id text collate "C" primary key, mark uuid not null)`,
      ),
    ],
  })
}
