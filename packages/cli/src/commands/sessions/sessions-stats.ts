import { quoteName } from '@persql/sdk/sqlite'
import {
  formatBytes,
  isItemSql,
  itemsSql,
  mayBeToolSql,
  RawSessions,
  type SqlResult,
} from '@persql/session-core'
import type { Command } from 'commander'
import { sql } from 'kysely'
import { wholeNumber } from '../../arguments.ts'
import { addJsonOption, defineCommand } from '../../command.ts'
import { addDatabaseOptions, type Database, type DatabaseOptions, useSessions } from '../../database.ts'
import { readAll, sessionQueries } from '../../session-queries.ts'
import { formatIso, toIso } from '../../terminal/format.ts'
import { printJson, printLine } from '../../terminal/print.ts'
import { printTable } from '../../terminal/table.ts'
import { itemRows } from '../../transfer/item-rows.ts'
import { sessionSummaries } from '../../transfer/session-summaries.ts'

interface Options extends DatabaseOptions {
  readonly top: number
  readonly json?: true
}

export function sessionsStatsCommand(parent: Command): void {
  const command = defineCommand(parent, 'stats', 'Count sessions, items and tool calls. Reads every item.', [
    'persql sessions stats --db agents.db',
  ])
  addJsonOption(addDatabaseOptions(command))
    .option('--top <number>', 'how many sessions and tools to name', wholeNumber(1), 5)
    .action((options: Options) =>
      useSessions(options, 'read', async (database) => {
        const stats = await readStats(database, options.top)
        await (options.json ? printJson(stats) : printStats(stats))
      }),
    )
}

const typeOfRow = sql<string>`case when ${sql.raw(isItemSql())} then case json_type(message_data, '$.type')
  when 'text' then json_extract(message_data, '$.type') else 'message' end else 'corrupt' end`

type Stats = Awaited<ReturnType<typeof readStats>>

async function readStats(database: Database, top: number) {
  const { db, sessions, messages } = sessionQueries(database)
  const isPostgres = database.driver.dialect === 'postgres'
  const itemBytes = sql`coalesce(sum(octet_length(message_data)), 0)`.as('bytes')
  const [session, item, busiest, ...others] = await readAll(database, [
    db
      .selectFrom(sessions)
      .select(({ fn }) => [
        fn.countAll().as('sessions'),
        fn.min('created_at').as('first'),
        fn.max('updated_at').as('last'),
        isPostgres
          ? sql`count(*) filter (where updated_at >= now() at time zone 'UTC' - interval '1 day')`.as('day')
          : sql`sum(updated_at >= datetime('now', '-1 day'))`.as('day'),
      ]),
    db.selectFrom(messages).select(({ fn }) => [fn.countAll().as('items'), itemBytes]),
    db
      .selectFrom(messages)
      .select(({ fn }) => ['session_id', fn.countAll().as('items'), itemBytes])
      .groupBy('session_id')
      .orderBy('items', 'desc')
      .orderBy('session_id')
      .limit(top),
    ...(isPostgres
      ? [{ compile: () => sql`select pg_database_size(current_database())`.compile(db) }]
      : sqliteQueries(database, top)),
  ])
  const [sessionCount, first, last, day] = session?.rows[0] ?? []
  const [itemCount, bytes] = item?.rows[0] ?? []
  return {
    sessions: Number(sessionCount),
    sessionsActiveLastDay: Number(day ?? 0),
    firstActivity: toIso(first as string | null),
    lastActivity: toIso(last as string | null),
    items: Number(itemCount),
    itemBytes: Number(bytes),
    busiestSessions: (busiest?.rows ?? []).map(([sessionId, items, bytes]) => ({
      sessionId: String(sessionId),
      items: Number(items),
      bytes: Number(bytes),
    })),
    ...(isPostgres
      ? { databaseBytes: Number(others[0]?.rows[0]?.[0]), ...(await countByDecoding(database, top)) }
      : fromSqlite(others)),
  }
}

function sqliteQueries(database: Database, top: number) {
  const { db, messages } = sessionQueries(database)
  const calls = itemsSql({ messages: quoteName(messages), columns: ['id'], where: mayBeToolSql() })
  return [
    // As statements: a view of somebody goes before a function of its name.
    { compile: () => sql`pragma main.page_count`.compile(db) },
    { compile: () => sql`pragma main.page_size`.compile(db) },
    db
      .selectFrom(messages)
      .select(({ fn }) => [typeOfRow.as('type'), fn.countAll().as('count')])
      .groupBy('type')
      .orderBy('count', 'desc')
      .orderBy('type'),
    {
      compile: () =>
        sql`${sql.raw(`with ${calls}`)} select tool, count(*) as calls from item where kind = 'call' and not asks_approval
          group by tool order by calls desc, tool limit ${top}`.compile(db),
    },
  ]
}

function fromSqlite([pages, pageSize, types, tools]: readonly SqlResult[]) {
  return {
    databaseBytes: Number(pages?.rows[0]?.[0]) * Number(pageSize?.rows[0]?.[0]),
    itemTypes: pairs(types?.rows, 'type', 'items'),
    tools: pairs(tools?.rows, 'name', 'calls'),
  }
}

/** Where SQL cannot look into every item. */
async function countByDecoding({ driver, tables }: Database, top: number) {
  const types = new Map<string, number>()
  const tools = new Map<string, number>()
  const count = (counts: Map<string, number>, what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)
  const stored = new RawSessions(driver, tables)
  for await (const { sessionId } of sessionSummaries(stored)) {
    for await (const { item } of itemRows(stored, sessionId)) {
      count(types, item?.type ?? 'corrupt')
      if (item?.kind === 'call' && item.approval !== 'asked') count(tools, item.tool ?? '')
    }
  }
  const mostFirst = (counts: Map<string, number>) =>
    [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  return {
    itemTypes: pairs(mostFirst(types), 'type', 'items'),
    tools: pairs(mostFirst(tools).slice(0, top), 'name', 'calls'),
  }
}

function pairs<Name extends string, Count extends string>(
  rows: readonly (readonly unknown[])[] = [],
  name: Name,
  count: Count,
): (Record<Name, string> & Record<Count, number>)[] {
  return rows.map(
    (row) =>
      ({ [name]: String(row[0]), [count]: Number(row[1]) }) as Record<Name, string> & Record<Count, number>,
  )
}

async function printStats(stats: Stats): Promise<void> {
  await printTable(
    ['what', 'value'],
    [
      ['sessions', stats.sessions.toLocaleString('en')],
      ['active in the last day', stats.sessionsActiveLastDay.toLocaleString('en')],
      ['first activity', formatIso(stats.firstActivity)],
      ['last activity', formatIso(stats.lastActivity)],
      ['items', stats.items.toLocaleString('en')],
      ['size of items', formatBytes(stats.itemBytes)],
      ['size of database', formatBytes(stats.databaseBytes)],
    ],
  )
  const lists: [headings: string[], rows: (string | number)[][]][] = [
    [['type', 'items'], stats.itemTypes.map(({ type, items }) => [type, items])],
    [
      ['busiest session', 'items', 'size'],
      stats.busiestSessions.map(({ sessionId, items, bytes }) => [sessionId, items, formatBytes(bytes)]),
    ],
    [['tool', 'calls'], stats.tools.map(({ name, calls }) => [name, calls])],
  ]
  for (const [headings, rows] of lists) {
    if (rows.length === 0) continue
    await printLine()
    await printTable(headings, rows)
  }
}
