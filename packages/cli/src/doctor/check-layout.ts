import { quoteName } from '@persql/sdk/sqlite'
import type { Database } from '../database.ts'
import { missingParts } from '../missing-parts.ts'
import { checkPostgres } from './check-postgres.ts'
import { type Finding, ok } from './finding.ts'

/** Tables, columns, key, index and foreign key. Nothing else makes sense to check where the first finding is a problem. */
export async function checkLayout(database: Database): Promise<Finding[]> {
  const { option } = database
  const { sessionsTable: sessions, messagesTable: messages } = database.tables
  const { missing, isEmpty } = await missingParts(database)
  if (missing.length > 0) {
    return [
      {
        check: 'tables',
        status: 'problem',
        message: `missing: ${missing.join(', ')}`,
        mend: isEmpty
          ? 'The first item of a session makes the tables. If they have other names: --sessions-table, --messages-table.'
          : 'Rename what is in the way, copy the sessions to a new database with `persql copy`, or add the columns.',
      },
    ]
  }
  if (database.driver.dialect === 'postgres') {
    return [ok('tables', `${sessions}, ${messages}`), ...(await checkPostgres(database))]
  }
  // As statements: a view of somebody goes before a function of its name.
  const pragma = (name: string, of: string) => ({ sql: `pragma main.${name}(${quoteName(of)})` })
  const { driver } = database
  const [list, keys, schema] = await driver.batch(
    [
      pragma('index_list', messages),
      pragma('foreign_key_list', messages),
      { sql: "select sql from main.sqlite_master where type = 'table' and name = ?", params: [messages] },
    ],
    { readOnly: true },
  )
  const names = (list?.rows ?? []).map(([, name]) => String(name))
  const indexes = await driver.batch(
    names.map((name) => pragma('index_info', name)),
    { readOnly: true },
  )
  return [
    ok('tables', `${sessions}, ${messages}`),
    checkRowIds(messages, String(schema?.rows[0]?.[0] ?? '')),
    checkIndex(
      option,
      messages,
      indexes.map(({ rows }) => rows.map(([, , column]) => column).join()),
    ),
    checkForeignKey(
      messages,
      sessions,
      (keys?.rows ?? []).map(([, , table, from, , , onDelete]) => [table, from, onDelete]),
    ),
  ]
}

type Rows = readonly (readonly unknown[])[]

function checkRowIds(messages: string, schema: string): Finding {
  const check = 'row ids'
  if (/\bautoincrement\b/i.test(schema)) return ok(check, 'never used twice')
  return {
    check,
    status: 'problem',
    message: `${messages}.id is not AUTOINCREMENT: ids of deleted rows come back, and readers may miss a change`,
    mend: 'Copy the sessions to a new database: persql copy --from … --to …',
  }
}

function checkIndex(option: string, messages: string, indexes: readonly string[]): Finding {
  const check = 'index'
  if (indexes.some((names) => /^session_id(,id|$)/i.test(names)))
    return ok(check, 'on the session and the row')
  return {
    check,
    status: 'problem',
    message: 'no index on the session: reading one session reads all of them',
    mend: `persql query${option} --write "create index idx_${messages}_session_id on ${messages} (session_id, id)"`,
  }
}

function checkForeignKey(messages: string, sessions: string, keys: Rows): Finding {
  const check = 'foreign key'
  const key = keys.find(([table, from]) => isSame(table, sessions) && isSame(from, 'session_id'))
  if (isSame(key?.[2], 'cascade')) return ok(check, 'items go with their session')
  return {
    check,
    status: 'problem',
    message: key
      ? 'deleting a session does not delete its items'
      : `${messages} has no foreign key to ${sessions}`,
    mend: 'Copy the sessions to a new database: persql copy --from … --to …',
  }
}

function isSame(value: unknown, name: string): boolean {
  return String(value).toLowerCase() === name.toLowerCase()
}
