import type { Database } from '../database.ts'
import { quoteTable } from '../quote-table.ts'
import { count } from '../terminal/format.ts'
import { type Finding, ok } from './finding.ts'

/** An open transaction that does nothing for longer than this keeps others waiting. */
const IDLE = '1 minute'

/** What PostgreSQL tells of the session tables and of those who use them. */
export async function checkPostgres({ driver, tables }: Database): Promise<Finding[]> {
  const messages = quoteTable(tables.messagesTable)
  const [indexes, keys, idle, settings] = await driver.batch(
    [
      {
        sql: `select pg_get_indexdef(indexrelid), indisvalid, coalesce(idx_scan, 0)
          from pg_index left join pg_stat_user_indexes using (indexrelid) where pg_index.indrelid = to_regclass($1)`,
        params: [messages],
      },
      {
        sql: `select confdeltype = 'c' from pg_constraint
          where contype = 'f' and conrelid = to_regclass($1) and confrelid = to_regclass($2)`,
        params: [messages, quoteTable(tables.sessionsTable)],
      },
      {
        sql: `select count(*) from pg_stat_activity where datname = current_database()
          and state like 'idle in transaction%' and state_change < now() - interval '${IDLE}'`,
      },
      { sql: `select current_setting('TimeZone'), current_setting('server_version')` },
    ],
    { readOnly: true },
  )
  const [zone, version] = settings?.rows[0] ?? []
  return [
    ok('server', `PostgreSQL ${version}`),
    indexFinding(tables.messagesTable, indexes?.rows ?? []),
    foreignKeyFinding(tables.messagesTable, keys?.rows[0]?.[0]),
    idleFinding(Number(idle?.rows[0]?.[0] ?? 0)),
    zoneFinding(String(zone)),
  ]
}

type Rows = readonly (readonly unknown[])[]

function indexFinding(messages: string, indexes: Rows): Finding {
  const check = 'index'
  const found = indexes.find(([text]) => /\(session_id, id\)/.test(String(text)))
  const name = messages.split('.').at(-1)
  const mend = `create index concurrently idx_${name}_session_id on ${messages} (session_id, id)`
  if (!found) {
    return {
      check,
      status: 'problem',
      message: 'none on the session and the row: reads of one session sort',
      mend,
    }
  }
  const [, isValid, scans] = found
  if (!isValid)
    return {
      check,
      status: 'problem',
      message: 'not valid: its creation failed',
      mend: `Drop it, then: ${mend}`,
    }
  return ok(check, `on the session and the row, used ${Number(scans).toLocaleString('en')} times`)
}

function foreignKeyFinding(messages: string, cascades: unknown): Finding {
  const check = 'foreign key'
  if (cascades === 1) return ok(check, 'items go with their session')
  const message =
    cascades === 0
      ? 'deleting a session does not delete its items'
      : `${messages} has no foreign key to the sessions`
  return {
    check,
    status: 'problem',
    message,
    mend: 'Copy the sessions to a new database: persql copy --from … --to …',
  }
}

function idleFinding(idle: number): Finding {
  const check = 'transactions'
  if (idle === 0) return ok(check, 'none is open and idle')
  return {
    check,
    status: 'warning',
    message: `${count(idle, 'transaction')} open and idle for more than ${IDLE}; sessions that they changed wait`,
    mend: 'Find them in pg_stat_activity, and set idle_in_transaction_session_timeout.',
  }
}

function zoneFinding(zone: string): Finding {
  const check = 'time zone'
  if (/^(?:UTC|Etc\/UTC|GMT|Etc\/GMT)$/i.test(zone)) return ok(check, zone)
  return {
    check,
    status: 'warning',
    message: `${zone}: rows that the Python SDK adds have times of that zone, those of others UTC`,
    mend: "alter database … set timezone = 'UTC'",
  }
}
