import type { Generated } from 'kysely'
import { StorageError } from '../driver/storage-error.ts'

/**
 * The two tables of sessions, with their default names, for `Kysely<SessionTables>`. The layout is that of the Python
 * Agents SDK's `SQLiteSession`; either side opens what the other wrote. Times are UTC, as in `2026-01-31 23:59:59`.
 */
export interface SessionTables {
  agent_sessions: {
    session_id: string
    created_at: Generated<string>
    /** When items were last added. */
    updated_at: Generated<string>
  }
  agent_messages: {
    /** A number that grows with every row and is never used twice; items are in this order. */
    id: Generated<number>
    session_id: string
    /** One item, as JSON. */
    message_data: string
    created_at: Generated<string>
  }
}

/**
 * The names of the tables. Other sessions need both tables of their own: to clear a session also deletes its rows in
 * every table beside it. On PostgreSQL a name may say the schema, as in `app.agent_sessions`; schemas are not made.
 */
export interface SessionTableNames {
  /** The table of sessions. Default: `agent_sessions`. */
  readonly sessionsTable?: string | undefined
  /** The table of items. Default: `agent_messages`. */
  readonly messagesTable?: string | undefined
}

/** Fills names in where nobody says otherwise, with those of the Python SDK. They are not checked. */
export function withDefaultNames(
  names: SessionTableNames = {},
): Readonly<Record<keyof SessionTableNames, string>> {
  return {
    sessionsTable: names.sessionsTable ?? 'agent_sessions',
    messagesTable: names.messagesTable ?? 'agent_messages',
  }
}

/** Names checked and filled in. */
export interface ResolvedTableNames {
  readonly sessions: string
  readonly messages: string
  /** Remembers operation ids. Made when the first one is used. */
  readonly operations: string
  /** Tells whether a history is still what was read of it. Made with the two tables. */
  readonly marks: string
  /** What requests to models used. Made when the first one is recorded. */
  readonly usage: string
  /** Which rows hold which grams. Made when items are indexed. */
  readonly search: string
  /** Rows that are not in the index. Made with it. */
  readonly unindexed: string
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,47}$/
const NAME_WITH_SCHEMA = /^(?:[A-Za-z_][A-Za-z0-9_]{0,62}\.)?[A-Za-z_][A-Za-z0-9_]{0,47}$/

/** `hasSchemas`: whether a name may say its schema. */
export function resolveTableNames(given: SessionTableNames = {}, hasSchemas = false): ResolvedTableNames {
  const { sessionsTable, messagesTable } = withDefaultNames(given)
  const sessions = checkName('sessionsTable', sessionsTable, hasSchemas)
  const messages = checkName('messagesTable', messagesTable, hasSchemas)
  const operations = `${sessions}_operations`
  // Beside the items, whose triggers write there.
  const besideItems = messages.replace(/[^.]*$/, '') + sessions.replace(/^.*\./, '')
  const marks = `${besideItems}_marks`
  const usage = `${sessions}_usage`
  const search = `${besideItems}_search`
  const unindexed = `${besideItems}_unindexed`
  const names = { sessions, messages, operations, marks, usage, search, unindexed }
  const all = Object.values(names)
  if (new Set(all.map((name) => name.toLowerCase())).size !== all.length) {
    const quoted = all.map((name) => `"${name}"`).join(', ')
    throw new StorageError('INVALID_ARGUMENT', `Tables ${quoted} must have different names.`)
  }
  return names
}

function checkName(option: string, name: unknown, hasSchemas: boolean): string {
  const form = hasSchemas ? NAME_WITH_SCHEMA : NAME
  if (typeof name === 'string' && form.test(name) && !/^(?:.*\.)?sqlite_/i.test(name)) return name
  const behind = hasSchemas ? ' A schema and a dot may stand before it.' : ''
  throw new StorageError(
    'INVALID_ARGUMENT',
    `${option} must be 1 to 48 letters, digits and underscores, not begin with a digit, and not begin with "sqlite_".${behind}`,
  )
}
