import { type Expression, type ExpressionBuilder, type Generated, type SqlBool, sql } from 'kysely'
import type { SqlStatement } from '../driver/sql-driver.ts'
import type { ResolvedTableNames, SessionTables } from '../sessions/session-tables.ts'
import { compileOnce, compileStatement, param } from './compiled-statement.ts'
import type { SessionDialect } from './session-dialect.ts'
import type { SessionStatements } from './session-statements.ts'
import { rowInserts, timesOf } from './statement-builder.ts'
import { summaryQueries } from './summary-queries.ts'
import { turnStatements } from './turn-statements.ts'

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

/** The statements of the session store in a dialect. */
export const sessionStatements = compileOnce(compile)

function compile(dialect: SessionDialect, names: ResolvedTableNames): SessionStatements {
  const { element, typed, items } = dialect
  const db = dialect.builder<AllTables>()
  // The names are the user's; the types know the tables by their default names.
  const sessions = names.sessions as 'agent_sessions'
  const messages = names.messages as 'agent_messages'
  const operations = names.operations as 'agent_sessions_operations'

  const session = param<string>('session')
  const whole = (name: string) => typed<number>(param(name), 'integer')

  const inSession = db.selectFrom(messages).where('session_id', '=', session)
  const row = inSession.select('id').where('id', '=', whole('row'))
  const time = timesOf(dialect)

  /** The rows of the session, newest first, as far as a limit goes. */
  const newestFirst = dialect.readsByRange
    ? db
        .selectFrom(messages)
        .where('session_id', '>=', session)
        .where('session_id', '<=', session)
        .orderBy('session_id', 'desc')
        .orderBy('id', 'desc')
    : inSession.orderBy('id', 'desc')

  function isBefore(eb: ExpressionBuilder<AllTables, 'agent_messages'>): Expression<SqlBool> {
    if (!dialect.readsByRange) return eb('id', '<', whole('before'))
    return sql<boolean>`(session_id, id) < (${session}, ${whole('before')})`
  }

  /** The columns of a new row, and the time that the table would not give it by itself. */
  const newest = sql<string>`(${newestFirst.select('created_at').limit(1)})`
  const rowTime = dialect.rowTime?.(newest)
  const newColumns = ['session_id', 'message_data', ...(rowTime ? (['created_at'] as const) : [])] as const

  const { all: inCatalog, activity, lastRowId, withCounts } = summaryQueries(dialect, names)
  const updated = typed<string>(param('updated'), 'text')

  const insertRows = rowInserts(db, messages, ['session_id', 'message_data'])

  const insertedTime = sql<string>`case when kept.id is null then coalesce(${typed(element('row.value', 1), 'time')}, ${rowTime ?? dialect.now})
                else kept.created_at end`

  /** Up to {@link MAX_INLINE_ROWS} texts, which are faster as values of their own than as a JSON array. */
  function insertFewTexts(session: string, texts: readonly string[]): SqlStatement {
    const params: string[] = []
    for (const text of texts) params.push(session, text)
    return { sql: insertRows(texts.length), params }
  }

  const marks = dialect.marks?.(names)
  const ids = inSession.select('id')
  const newestIds = newestFirst.select('id')
  const count = inSession.select(({ fn }) => fn.countAll().as('count')).where('id', '<=', whole('last'))
  const oldest = sql<number>`(${ids.orderBy('id').limit(1)})`.as('first')
  const newestTime = sql<string>`(${newestFirst.select(time('created_at')).limit(1)})`.as('newest_time')
  return {
    layout: dialect.layout(names),
    ...(marks && {
      marks: {
        create: marks.create,
        countsRows: marks.countsRows,
        read: compileStatement<InSession & { last: number }>(
          db.selectNoFrom([
            marks.current(session).as('mark'),
            marks.countsRows ? sql<number>`(${count})`.as('count') : oldest,
          ]),
        ),
        readWithEnd: compileStatement<InSession & { tail: number }>(
          db.selectNoFrom([
            marks.current(session).as('mark'),
            ...(marks.countsRows ? [] : [oldest]),
            sql<number>`(select min(id) from (${newestIds.limit(param<number>('tail'))}) as tail)`.as('tail'),
            sql<number>`(${newestIds.limit(1)})`.as('last'),
            newestTime,
          ]),
        ),
      },
    }),

    readAll: compileStatement<InSession>(inSession.select('message_data').orderBy('id')),
    readLatest: compileStatement<InSession & { limit: number }>(
      newestFirst.select('message_data').limit(param<number>('limit')),
    ),
    readBefore: compileStatement<InSession & { before: number; limit: number }>(
      newestFirst
        .select(['id', 'message_data', time('created_at')])
        .where(isBefore)
        .limit(param<number>('limit')),
    ),

    readFrom: compileStatement<InSession & { first: number }>(
      inSession
        .select(['id', 'message_data', time('created_at')])
        .where('id', '>=', param<number>('first'))
        .orderBy('id'),
    ),

    readExtent: compileStatement<InSession>(
      inSession.select(({ fn }) => [sql<number>`coalesce(max(id), 0)`.as('last'), fn.countAll().as('count')]),
    ),
    ...(items && { turns: turnStatements(items, db, messages) }),
    countThrough: compileStatement<InSession & { last: number }>(
      inSession.select(({ fn }) => fn.countAll().as('count')).where('id', '<=', whole('last')),
    ),
    readRowsBefore: compileStatement<
      InSession & { first: number; before: number; limit: number; bytes: number }
    >(
      db
        .selectFrom(
          db
            .selectFrom(
              newestFirst
                // With what an answer holds around a row.
                .select(['id', sql<number>`${dialect.byteLength(sql.raw('message_data'))} + 64`.as('bytes')])
                .where('id', '>=', whole('first'))
                .where(isBefore)
                .limit(param<number>('limit'))
                .as('sizes'),
            )
            .select(['id', sql<number>`sum(bytes) over (order by id desc)`.as('sum'), 'bytes'])
            .as('page'),
        )
        .innerJoin(`${messages} as m`, 'm.id', 'page.id')
        .select(['m.id', 'm.message_data', time('m.created_at')])
        .where(({ or, eb }) =>
          or([eb('page.sum', '<=', whole('bytes')), eb('page.sum', '=', eb.ref('page.bytes'))]),
        )
        .orderBy('m.id', 'desc'),
    ),

    touchSession: compileStatement<InSession>(
      db
        .insertInto(sessions)
        .values({ session_id: session })
        .onConflict((conflict) =>
          conflict.column('session_id').doUpdateSet(({ ref }) => ({
            // To set the key, though it stays the same, locks the row also for those who add rows that refer to it.
            ...(dialect.locksRows && { session_id: ref('excluded.session_id') }),
            updated_at: dialect.now,
          })),
        ),
    ),
    ...(dialect.locksRows && {
      lockSession: compileStatement<InSession>(
        db.selectFrom(sessions).select('session_id').where('session_id', '=', session).forUpdate(),
      ),
    }),
    ...(!rowTime && { insertFewTexts }),
    insertTexts: compileStatement<InSession & { texts: string }>(
      db
        .insertInto(messages)
        .columns(newColumns)
        .expression(
          db
            .selectFrom(dialect.listed(param('texts'), 'texts').as('text'))
            .select([sql`${session}`.as('session'), 'value', ...(rowTime ? [rowTime.as('created')] : [])])
            .orderBy('key'),
        ),
    ),
    insertRows: compileStatement<InSession & { rows: string }>(
      db
        .insertInto(messages)
        .columns(['session_id', 'message_data', 'created_at'])
        .expression(
          db
            .selectFrom(dialect.listed(param('rows'), 'lists').as('row'))
            .leftJoin(`${messages} as kept`, (join) =>
              join.on('kept.id', '=', typed<number>(element('row.value', 2), 'integer')),
            )
            .select([
              sql`${session}`.as('session'),
              sql<string>`coalesce(kept.message_data, ${element('row.value', 0)})`.as('text'),
              (dialect.ascending?.(insertedTime, 'row.key') ?? insertedTime).as('created'),
            ])
            .orderBy('row.key'),
        ),
    ),
    expectLast: compileStatement<InSession & { last: number }>(
      db
        .insertInto(messages)
        .columns(['session_id', 'message_data'])
        .expression(
          db
            .selectFrom(inSession.select(({ fn }) => fn.max('id').as('id')).as('last'))
            .select([sql`${session}`.as('session'), REFUSED.as('text')])
            .where(sql`coalesce(last.id, 0)`, '!=', whole('last')),
        ),
    ),

    deleteLatest: compileStatement<InSession>(
      db
        .deleteFrom(messages)
        .where('id', '=', newestFirst.select('id').limit(1))
        .returning(['id', 'message_data']),
    ),
    deleteFrom: compileStatement<InSession & { first: number }>(
      db.deleteFrom(messages).where('session_id', '=', session).where('id', '>=', whole('first')),
    ),
    deleteBetween: compileStatement<InSession & { first: number; last: number }>(
      db
        .deleteFrom(messages)
        .where('session_id', '=', session)
        .where('id', '>=', whole('first'))
        .where('id', '<=', whole('last')),
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
    listSummaries: compileStatement<{ limit: number; updated: string | null; row: number; session: string }>(
      withCounts(
        inCatalog
          .where(
            activity,
            '>=',
            sql<string>`coalesce((${db
              .selectFrom(`${sessions} as s`)
              .select(activity.as('updated_at'))
              .where(sql<boolean>`${updated} is null or ${activity} < ${updated}`)
              .orderBy(activity, 'desc')
              .limit(1)
              .offset(sql<number>`${whole('limit')} - 1`)}), '')`,
          )
          .where(
            sql<boolean>`(${updated} is null or (${activity}, ${lastRowId}, s.session_id) < (${updated}, ${whole('row')}, ${session}))`,
          )
          .orderBy(activity, 'desc')
          .orderBy('last_row_id', 'desc')
          .orderBy('s.session_id', 'desc')
          .limit(param<number>('limit')),
      ),
    ),

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
    copyItems: compileStatement<InSession & { target: string; through: number }>(
      db
        .insertInto(messages)
        .columns(['session_id', 'message_data', 'created_at'])
        .expression(
          inSession
            .select([sql<string>`${param('target')}`.as('target'), 'message_data', 'created_at'])
            .where('id', '<=', whole('through'))
            .where('session_id', 'in', db.selectFrom(sessions).select('session_id'))
            .orderBy('id'),
        ),
    ),
  }
}
