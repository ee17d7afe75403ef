import { type Generated, sql } from 'kysely'
import type { SqlStatement } from '../driver/sql-driver.ts'
import { isItemSql } from '../items/item-sql.ts'
import type { ResolvedTableNames, SessionTables } from '../sessions/session-tables.ts'
import { compileStatement, param } from './compiled-statement.ts'
import { rowInserts, statementBuilder } from './statement-builder.ts'

interface AllTables extends SessionTables {
  agent_sessions_operations: {
    session_id: string
    operation_id: string
    digest: string
    created_at: Generated<string>
  }
}

type InSession = { session: string }

/** How many rows an insert has at most that is compiled for their number. */
export const MAX_INLINE_ROWS = 16

/** A `null` where the table refuses it: this is how a batch fails when the history is not the expected one. */
const REFUSED = sql<string>`NULL`

/** Every statement of the session store, compiled for one set of table names. */
export type SessionStatements = ReturnType<typeof compile>

const compiled = new Map<string, SessionStatements>()

export function sessionStatements(names: ResolvedTableNames): SessionStatements {
  const key = `${names.sessions} ${names.messages}`
  const known = compiled.get(key) ?? compile(names)
  compiled.set(key, known)
  return known
}

function compile(names: ResolvedTableNames) {
  const db = statementBuilder<AllTables>()
  // The names are the user's; the types know the tables by their default names.
  const sessions = names.sessions as 'agent_sessions'
  const messages = names.messages as 'agent_messages'
  const operations = names.operations as 'agent_sessions_operations'

  const session = param<string>('session')
  const textsAsRows = sql<{ key: number; value: string }>`json_each(${param('texts')})`.as('text')
  const isItem = (row: 'm' | 'p' | 'previous') => sql.raw<boolean>(isItemSql(`${row}.message_data`))
  const isUser = (row: 'm' | 'previous') =>
    sql<boolean>`case when ${isItem(row)} then json_extract(${sql.ref(`${row}.message_data`)}, '$.role') end = 'user'`

  const inSession = db.selectFrom(messages).where('session_id', '=', session)
  const row = inSession.select('id').where('id', '=', param<number>('row'))

  // A user item right after another one belongs to the same turn, also where corrupt rows stand between them.
  const firstOfTurns = db
    .selectFrom(`${messages} as m`)
    .select('m.id')
    .where('m.session_id', '=', session)
    .where(isUser('m'))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom(
            selectFrom(`${messages} as p`)
              .select('p.message_data')
              .where('p.session_id', '=', session)
              .whereRef('p.id', '<', 'm.id')
              .where(isItem('p'))
              .orderBy('p.id', 'desc')
              .limit(1)
              .as('previous'),
          )
            .select('previous.message_data')
            .where(isUser('previous')),
        ),
      ),
    )
    .orderBy('m.id', 'desc')
    .limit(1)
    .offset(param<number>('skip'))

  const lastRowId = sql<number>`coalesce((${db
    .selectFrom(`${messages} as m`)
    .select(({ fn }) => fn.max('m.id').as('id'))
    .where('m.session_id', '=', sql.ref<string>('s.session_id'))}), 0)`
  // Text, so that it can be compared and passed in a cursor; other programs may leave numbers there, or nothing.
  const activity = sql<string>`coalesce(cast(s.updated_at as text), '')`
  const inCatalog = db
    .selectFrom(`${sessions} as s`)
    .select(['s.session_id', 's.created_at', activity.as('updated_at'), lastRowId.as('last_row_id')])

  /** Counts the items of the given sessions only. */
  function withCounts(page: typeof inCatalog) {
    return db
      .selectFrom(page.as('page'))
      .selectAll('page')
      .select(({ selectFrom }) =>
        selectFrom(`${messages} as m`)
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .whereRef('m.session_id', '=', 'page.session_id')
          .as('item_count'),
      )
      .orderBy('page.updated_at', 'desc')
      .orderBy('page.last_row_id', 'desc')
      .orderBy('page.session_id', 'desc')
  }

  const insertRows = rowInserts(messages, ['session_id', 'message_data'])

  /** Up to {@link MAX_INLINE_ROWS} texts, which are faster as values of their own than as a JSON array. */
  function insertFewTexts(session: string, texts: readonly string[]): SqlStatement {
    const params: string[] = []
    for (const text of texts) params.push(session, text)
    return { sql: insertRows(texts.length), params }
  }

  return {
    createTables: fixed(
      db.schema
        .createTable(sessions)
        .ifNotExists()
        .addColumn('session_id', sql`TEXT`, (column) => column.primaryKey())
        .addColumn('created_at', sql`TIMESTAMP`, (column) => column.defaultTo(sql`CURRENT_TIMESTAMP`))
        .addColumn('updated_at', sql`TIMESTAMP`, (column) => column.defaultTo(sql`CURRENT_TIMESTAMP`)),
      db.schema
        .createTable(messages)
        .ifNotExists()
        .addColumn('id', sql`INTEGER`, (column) => column.primaryKey().autoIncrement())
        .addColumn('session_id', sql`TEXT`, (column) => column.notNull())
        .addColumn('message_data', sql`TEXT`, (column) => column.notNull())
        .addColumn('created_at', sql`TIMESTAMP`, (column) => column.defaultTo(sql`CURRENT_TIMESTAMP`))
        .addForeignKeyConstraint(`${messages}_session_id`, ['session_id'], sessions, ['session_id'], (key) =>
          key.onDelete('cascade'),
        ),
      db.schema
        .createIndex(`idx_${messages}_session_id`)
        .ifNotExists()
        .on(messages)
        .columns(['session_id', 'id']),
    ),

    /** A trigger forgets the operations with their session, also where foreign keys are not enforced. */
    createOperations: fixed(
      db.schema
        .createTable(operations)
        .ifNotExists()
        .addColumn('session_id', sql`TEXT`, (column) => column.notNull())
        .addColumn('operation_id', sql`TEXT`, (column) => column.notNull())
        .addColumn('digest', sql`TEXT`, (column) => column.notNull())
        .addColumn('created_at', sql`TIMESTAMP`, (column) => column.defaultTo(sql`CURRENT_TIMESTAMP`))
        .addPrimaryKeyConstraint(`${operations}_key`, ['session_id', 'operation_id']),
      compilable(
        sql`create trigger if not exists ${sql.id(`${operations}_forget`)} after delete on ${sql.table(sessions)}
          begin delete from ${sql.table(operations)} where session_id = old.session_id; end`,
      ),
    ),

    readAll: compileStatement<InSession>(inSession.select('message_data').orderBy('id')),
    /** Newest first. */
    readLatest: compileStatement<InSession & { limit: number }>(
      inSession.select('message_data').orderBy('id', 'desc').limit(param<number>('limit')),
    ),
    readTurns: compileStatement<InSession & { skip: number }>(
      inSession
        .select(['id', 'message_data', 'created_at'])
        .where('id', '>=', sql<number>`coalesce(${firstOfTurns}, 0)`)
        .orderBy('id', 'desc'),
    ),
    /** Newest first. A negative limit means all. */
    readBefore: compileStatement<InSession & { before: number; limit: number }>(
      inSession
        .select(['id', 'message_data', 'created_at'])
        .where('id', '<', param<number>('before'))
        .orderBy('id', 'desc')
        .limit(param<number>('limit')),
    ),

    /** The id of the newest row, and how many there are. */
    readExtent: compileStatement<InSession>(
      inSession.select(({ fn }) => [sql<number>`coalesce(max(id), 0)`.as('last'), fn.countAll().as('count')]),
    ),
    readTurnStart: compileStatement<InSession & { skip: number }>(
      db.selectNoFrom(sql<number>`coalesce(${firstOfTurns}, 0)`.as('first')),
    ),
    countThrough: compileStatement<InSession & { last: number }>(
      inSession.select(({ fn }) => fn.countAll().as('count')).where('id', '<=', param<number>('last')),
    ),
    /**
     * Newest first: up to `limit` rows, where a negative one means all, and no more than take up `bytes`, except that
     * the first of them may be larger. Needs SQLite 3.43 or later.
     */
    readRowsBefore: compileStatement<
      InSession & { first: number; before: number; limit: number; bytes: number }
    >(
      db
        .selectFrom(
          db
            .selectFrom(
              inSession
                // With what an answer holds around a row.
                .select(['id', sql<number>`octet_length(message_data) + 64`.as('bytes')])
                .where('id', '>=', param<number>('first'))
                .where('id', '<', param<number>('before'))
                .orderBy('id', 'desc')
                .limit(param<number>('limit'))
                .as('sizes'),
            )
            .select(['id', sql<number>`sum(bytes) over (order by id desc)`.as('sum'), 'bytes'])
            .as('page'),
        )
        .innerJoin(`${messages} as m`, 'm.id', 'page.id')
        .select(['m.id', 'm.message_data', 'm.created_at'])
        .where(({ or, eb }) =>
          or([eb('page.sum', '<=', param<number>('bytes')), eb('page.sum', '=', eb.ref('page.bytes'))]),
        )
        .orderBy('m.id', 'desc'),
    ),

    /** Makes the session row, or notes the activity in it. */
    touchSession: compileStatement<InSession>(
      db
        .insertInto(sessions)
        .values({ session_id: session })
        .onConflict((conflict) =>
          conflict.column('session_id').doUpdateSet({ updated_at: sql`CURRENT_TIMESTAMP` }),
        ),
    ),
    insertFewTexts,
    /** `texts`: a JSON array of the rows' texts. */
    insertTexts: compileStatement<InSession & { texts: string }>(
      db
        .insertInto(messages)
        .columns(['session_id', 'message_data'])
        .expression(
          db
            .selectFrom(textsAsRows)
            .select([sql`${session}`.as('session'), 'value'])
            .orderBy('key'),
        ),
    ),
    /**
     * `rows`: a JSON array of `[text, created_at or null]`, and of `[null, null, id]` for a copy of that row. The
     * engine copies it, because not every row holds text that would survive the way to JavaScript and back.
     */
    insertRows: compileStatement<InSession & { rows: string }>(
      db
        .insertInto(messages)
        .columns(['session_id', 'message_data', 'created_at'])
        .expression(
          db
            .selectFrom(sql<{ key: number; value: string }>`json_each(${param('rows')})`.as('row'))
            .leftJoin(`${messages} as kept`, (join) =>
              join.on('kept.id', '=', sql<number>`json_extract(row.value, '$[2]')`),
            )
            .select([
              sql`${session}`.as('session'),
              sql<string>`coalesce(kept.message_data, json_extract(row.value, '$[0]'))`.as('text'),
              sql<string>`case when kept.id is null then coalesce(json_extract(row.value, '$[1]'), CURRENT_TIMESTAMP)
                else kept.created_at end`.as('created'),
            ])
            .orderBy('row.key'),
        ),
    ),
    /** Fails unless the newest row of the session is `last`; 0 stands for no row. */
    expectLast: compileStatement<InSession & { last: number }>(
      db
        .insertInto(messages)
        .columns(['session_id', 'message_data'])
        .expression(
          db
            .selectFrom(inSession.select(({ fn }) => fn.max('id').as('id')).as('last'))
            .select([sql`${session}`.as('session'), REFUSED.as('text')])
            .where(sql`coalesce(last.id, 0)`, '!=', param<number>('last')),
        ),
    ),

    deleteLatest: compileStatement<InSession>(
      db
        .deleteFrom(messages)
        .where('id', '=', inSession.select('id').orderBy('id', 'desc').limit(1))
        .returning(['id', 'message_data']),
    ),
    deleteFrom: compileStatement<InSession & { first: number }>(
      db.deleteFrom(messages).where('session_id', '=', session).where('id', '>=', param<number>('first')),
    ),
    deleteBetween: compileStatement<InSession & { first: number; last: number }>(
      db
        .deleteFrom(messages)
        .where('session_id', '=', session)
        .where('id', '>=', param<number>('first'))
        .where('id', '<=', param<number>('last')),
    ),
    deleteSession: compileStatement<InSession>(db.deleteFrom(sessions).where('session_id', '=', session)),

    insertOperation: compileStatement<InSession & { operation: string; digest: string }>(
      db
        .insertInto(operations)
        .values({ session_id: session, operation_id: param('operation'), digest: param('digest') }),
    ),
    readOperation: compileStatement<InSession & { operation: string }>(
      db
        .selectFrom(operations)
        .select('digest')
        .where('session_id', '=', session)
        .where('operation_id', '=', param<string>('operation')),
    ),

    getSummary: compileStatement<InSession>(withCounts(inCatalog.where('s.session_id', '=', session))),
    /**
     * One page of summaries, latest activity first, after the given one (`updated` null: from the start). Times
     * have whole seconds, so within one second the newest row decides. The first condition keeps that look-up to
     * the sessions that are as recent as the page can reach.
     */
    listSummaries: compileStatement<{ limit: number; updated: string | null; row: number; session: string }>(
      withCounts(
        inCatalog
          .where(
            activity,
            '>=',
            sql<string>`coalesce((${db
              .selectFrom(`${sessions} as s`)
              .select(activity.as('updated_at'))
              .where(sql<boolean>`${param('updated')} is null or ${activity} < ${param('updated')}`)
              .orderBy(activity, 'desc')
              .limit(1)
              .offset(sql<number>`${param('limit')} - 1`)}), '')`,
          )
          .where(
            sql<boolean>`(${param('updated')} is null or (${activity}, ${lastRowId}, s.session_id) < (${param('updated')}, ${param('row')}, ${session}))`,
          )
          .orderBy(activity, 'desc')
          .orderBy('last_row_id', 'desc')
          .orderBy('s.session_id', 'desc')
          .limit(param<number>('limit')),
      ),
    ),

    /** Makes the new session where the old one exists; fails where the new one does. */
    forkSession: compileStatement<InSession & { target: string }>(
      db
        .insertInto(sessions)
        .columns(['session_id'])
        .expression(
          db
            .selectFrom(sessions)
            .select(sql`${param('target')}`.as('target'))
            .where('session_id', '=', session),
        ),
    ),
    getRow: compileStatement<InSession & { row: number }>(row),
    /** Fails unless the session has the row. */
    expectRow: compileStatement<InSession & { row: number }>(
      db
        .insertInto(messages)
        .columns(['session_id', 'message_data'])
        .expression(
          db
            .selectNoFrom([sql<string>`${session}`.as('session'), REFUSED.as('text')])
            .where(({ not, exists }) => not(exists(row))),
        ),
    ),
    /** Copies nothing where the session is not listed. */
    copyItems: compileStatement<InSession & { target: string; through: number }>(
      db
        .insertInto(messages)
        .columns(['session_id', 'message_data', 'created_at'])
        .expression(
          inSession
            .select([sql<string>`${param('target')}`.as('target'), 'message_data', 'created_at'])
            .where('id', '<=', param<number>('through'))
            .where('session_id', 'in', db.selectFrom(sessions).select('session_id'))
            .orderBy('id'),
        ),
    ),
  }

  function compilable(statement: ReturnType<typeof sql>) {
    return { compile: () => statement.compile(db) }
  }
}

function fixed(...queries: readonly { compile(): { sql: string } }[]): readonly SqlStatement[] {
  return queries.map((query) => ({ sql: query.compile().sql }))
}
