import { openDriver, SessionStore, type SqlStatement } from '@persql/session-core'

export type Item = Readonly<Record<string, unknown>>

/** Puts sessions into a database, then runs statements on it. */
export async function seed(
  url: string,
  sessions: Readonly<Record<string, readonly Item[]>>,
  statements: readonly SqlStatement[] = [],
): Promise<void> {
  const driver = await openDriver(url)
  const store = new SessionStore<Item>(driver)
  for (const [sessionId, items] of Object.entries(sessions)) await store.append(sessionId, items)
  await driver.batch(statements)
  await driver.close()
}

export async function append(url: string, sessionId: string, ...items: Item[]): Promise<void> {
  await seed(url, { [sessionId]: items })
}

export const user = (content: string): Item => ({ role: 'user', content })

/** All times are this one, so that output can be compared. */
const AT = '2026-01-31 23:59:59'
export const SAME_TIMES: readonly SqlStatement[] = [
  { sql: 'update agent_sessions set created_at = ?, updated_at = ?', params: [AT, AT] },
  { sql: 'update agent_messages set created_at = ?', params: [AT] },
]

/** Rows that only a copy of bytes keeps: no JSON, a blob, text that is not UTF-8, text with a NUL, odd times. */
export const ODD_ROWS: readonly SqlStatement[] = [
  `('odd', '{"cut', '2026-01-31 23:59:59')`,
  `('odd', x'00ff', null)`,
  `('odd', cast(x'68ff69' as text), '2026-01-31T23:59:59.123456')`,
  `('odd', cast(x'680069' as text), 12)`,
  `('odd', 'x' || char(65533), 1.5)`,
  `('odd', '{ "spaced" : 1.0 , "q": "\\u00e9 é 😀" }', '')`,
].map((values) => ({
  sql: `insert into agent_messages (session_id, message_data, created_at) values ${values}`,
}))

/** Everything that the tables hold, apart from the ids of rows. */
export async function contents(url: string): Promise<unknown> {
  const driver = await openDriver(url)
  const results = await driver.batch(
    [
      { sql: 'select * from agent_sessions order by session_id' },
      {
        sql: `select session_id, hex(message_data), typeof(message_data), created_at, typeof(created_at)
          from agent_messages order by session_id, id`,
      },
    ],
    { readOnly: true },
  )
  await driver.close()
  return results.map(({ rows }) => rows)
}
