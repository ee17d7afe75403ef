import { type RawBuilder, sql } from 'kysely'
import { compileOnce, compileStatement, param } from '../dialects/compiled-statement.ts'
import type { SessionDialect } from '../dialects/session-dialect.ts'
import type { SqlStatement } from '../driver/sql-driver.ts'
import type { ResolvedTableNames, SessionTables } from '../sessions/session-tables.ts'

/** The table of usage, with its default name, for `Kysely<UsageTables>`. */
export interface UsageTables {
  agent_sessions_usage: {
    session_id: string
    /** Of the response, where it has one. */
    request_id: string
    model: string | null
    input_tokens: number
    /** Of the input. */
    cached_tokens: number
    output_tokens: number
    /** Of the output. */
    reasoning_tokens: number
    duration_ms: number | null
    /** The newest row of the session when it was recorded. */
    last_row: number | null
    /** Milliseconds since 1970, UTC. */
    created_at: number
  }
}

type Request = {
  session: string
  request: string
  model: string | null
  input: number
  cached: number
  output: number
  reasoning: number
  duration: number | null
  at: number
}

// biome-ignore format: a table
export const RAW_USAGE_COLUMNS = [
  'session_id', 'request_id', 'model', 'input_tokens', 'cached_tokens', 'output_tokens', 'reasoning_tokens',
  'duration_ms', 'last_row', 'created_at',
] as const

/** A row as it is stored. */
export type RawUsageRow = {
  readonly [Column in (typeof RAW_USAGE_COLUMNS)[number]]: UsageTables['agent_sessions_usage'][Column]
}

type Filter = { session: string | null; since: number; until: number }

export type UsageStatements = ReturnType<typeof compile>

export const usageStatements = compileOnce(compile)

/** The statements that make the table, in order. Each of them does nothing to what exists. */
export function createUsageTable(
  dialect: SessionDialect,
  { usage }: ResolvedTableNames,
): { readonly relations: readonly string[]; readonly create: readonly SqlStatement[] } {
  const { schema } = dialect.builder<UsageTables>()
  const name = usage.replace(/^.*\./, '')
  const index = `idx_${name}_created_at`
  const statements = [
    schema
      .createTable(usage)
      .ifNotExists()
      .addColumn('session_id', 'text', (column) => column.notNull())
      .addColumn('request_id', 'text', (column) => column.notNull())
      .addColumn('model', 'text')
      .addColumn('input_tokens', 'bigint', (column) => column.notNull())
      .addColumn('cached_tokens', 'bigint', (column) => column.notNull())
      .addColumn('output_tokens', 'bigint', (column) => column.notNull())
      .addColumn('reasoning_tokens', 'bigint', (column) => column.notNull())
      .addColumn('duration_ms', 'bigint')
      .addColumn('last_row', 'bigint')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint(`${name}_key`, ['session_id', 'request_id']),
    schema.createIndex(index).ifNotExists().on(usage).columns(['created_at']),
  ]
  return {
    relations: [usage, usage.slice(0, -name.length) + index],
    create: statements.map((statement) => ({ sql: statement.compile().sql })),
  }
}

function compile(dialect: SessionDialect, names: ResolvedTableNames) {
  const db = dialect.builder<SessionTables & UsageTables>()
  const messages = names.messages as 'agent_messages'
  const usage = names.usage as 'agent_sessions_usage'
  const text = (name: string) => dialect.typed<string>(param(name), 'text')
  const whole = (name: string) => dialect.typed<number>(param(name), 'integer')

  const chosen = db
    .selectFrom(usage)
    .where('created_at', '>=', whole('since'))
    .where('created_at', '<', whole('until'))
    .where(sql<boolean>`(${text('session')} is null or session_id = ${text('session')})`)

  function totals(key: RawBuilder<unknown>) {
    return compileStatement<Filter>(
      chosen
        .select(({ fn }) => [
          key.as('key'),
          'model',
          fn.countAll().as('requests'),
          fn.sum('input_tokens').as('input'),
          fn.sum('cached_tokens').as('cached'),
          fn.sum('output_tokens').as('output'),
          fn.sum('reasoning_tokens').as('reasoning'),
          sql`coalesce(sum(duration_ms), 0)`.as('duration'),
        ])
        .groupBy(['key', 'model'])
        .orderBy(sql`${key} is not null`)
        .orderBy('key')
        .orderBy(sql`coalesce(model, '')`),
    )
  }

  return {
    record: compileStatement<Request>(
      db
        .insertInto(usage)
        .values({
          session_id: text('session'),
          request_id: text('request'),
          model: text('model'),
          input_tokens: whole('input'),
          cached_tokens: whole('cached'),
          output_tokens: whole('output'),
          reasoning_tokens: whole('reasoning'),
          duration_ms: whole('duration'),
          last_row: sql<number>`(${db
            .selectFrom(messages)
            .select(({ fn }) => fn.max('id').as('id'))
            .where('session_id', '=', text('session'))})`,
          created_at: whole('at'),
        })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    list: compileStatement<{ session: string }>(
      db
        .selectFrom(usage)
        .select([
          'request_id',
          'model',
          'input_tokens',
          'cached_tokens',
          'output_tokens',
          'reasoning_tokens',
          'duration_ms',
          'last_row',
          'created_at',
        ])
        .where('session_id', '=', text('session'))
        .orderBy('created_at')
        .orderBy('request_id'),
    ),
    /** The rows as they are stored, in the order of their keys, of one session or of all. */
    readRaw: compileStatement<{ session: string | null; afterSession: string; after: string; limit: number }>(
      db
        .selectFrom(usage)
        .select(RAW_USAGE_COLUMNS)
        .where(sql<boolean>`(session_id, request_id) > (${text('afterSession')}, ${text('after')})`)
        .where(sql<boolean>`(${text('session')} is null or session_id = ${text('session')})`)
        .orderBy('session_id')
        .orderBy('request_id')
        .limit(param<number>('limit')),
    ),
    /** Of a row that is there already, only `last_row` is put right. Tells the key of one that was written. */
    writeRaw: compileStatement<RawUsageRow>(
      db
        .insertInto(usage)
        .values(Object.fromEntries(RAW_USAGE_COLUMNS.map((name) => [name, param(name)])) as never)
        .onConflict((conflict) =>
          conflict
            .columns(['session_id', 'request_id'])
            .doUpdateSet(({ ref }) => ({ last_row: ref('excluded.last_row') }))
            .where(
              sql<boolean>`excluded.last_row is not null and ${sql.ref(`${names.usage.replace(/^.*\./, '')}.last_row`)} is distinct from excluded.last_row`,
            ),
        )
        .returning('request_id'),
    ),
    totals: {
      session: totals(sql`session_id`),
      model: totals(sql`model`),
      day: totals(sql`created_at / 86400000`),
    },
  }
}
