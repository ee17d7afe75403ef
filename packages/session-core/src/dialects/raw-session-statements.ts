import { sql } from 'kysely'
import type { SqlStatement, SqlValue } from '../driver/sql-driver.ts'
import type { ResolvedTableNames, SessionTables } from '../sessions/session-tables.ts'
import { compileStatement, param } from './compiled-statement.ts'
import type { SessionDialect } from './session-dialect.ts'
import { rowInserts, timesOf } from './statement-builder.ts'

/** The statements of stored sessions. Lists of values are JSON arrays. Need SQLite 3.43 or later. */
export function rawSessionStatements(dialect: SessionDialect, names: ResolvedTableNames) {
  const { rawData, typed } = dialect
  const db = dialect.builder<SessionTables>()
  // The names are the user's; the types know the tables by their default names.
  const sessions = names.sessions as 'agent_sessions'
  const messages = names.messages as 'agent_messages'

  const session = param<string>('session')
  const whole = (name: string) => typed<number>(param(name), 'integer')
  const texts = (name: string) => dialect.listed(param(name), 'texts').as('listed')
  const lists = (name: string) => dialect.listed(param(name), 'lists').as('listed')
  const element = <Value = string>(index: number) => dialect.element<Value>('listed.value', index)
  const bytes = (row: 'm' | typeof messages) => dialect.byteLength(sql.ref(`${row}.message_data`))
  const time = timesOf(dialect)

  const summaries = db
    .selectFrom(`${sessions} as s`)
    .leftJoin(`${messages} as m`, 'm.session_id', 's.session_id')
    .select(({ fn }) => [
      's.session_id',
      time('s.created_at'),
      time('s.updated_at'),
      fn.count('m.id').as('items'),
      sql<number>`coalesce(sum(${bytes('m')}), 0)`.as('bytes'),
      sql<number>`coalesce(max(m.id), 0)`.as('last'),
    ])
    .groupBy('s.session_id')
    .orderBy('s.session_id')

  const rows = db
    .selectFrom(`${messages} as m`)
    .select(['m.id', 'm.session_id', 'm.message_data', time('m.created_at'), bytes('m').as('bytes')])

  const insertRows = rowInserts(db, messages, ['session_id', 'message_data', 'created_at'])

  /**
   * `params`: session, text and time, row after row; faster than JSON, where nothing limits the number of
   * parameters.
   */
  function insertTexts(params: readonly SqlValue[]): SqlStatement {
    return { sql: insertRows(params.length / 3), params }
  }

  return {
    insertTexts,
    count: compileStatement<Record<never, never>>(
      db.selectFrom(sessions).select(({ fn }) => fn.countAll<number>().as('count')),
    ),
    listFirst: compileStatement<{ limit: number }>(summaries.limit(param<number>('limit'))),
    list: compileStatement<{ after: string; limit: number }>(
      summaries.where('s.session_id', '>', param<string>('after')).limit(param<number>('limit')),
    ),
    get: compileStatement<{ sessions: string }>(
      summaries.where('s.session_id', 'in', db.selectFrom(texts('sessions')).select('value')),
    ),
    read: compileStatement<{ sessions: string }>(
      rows
        .where('m.session_id', 'in', db.selectFrom(texts('sessions')).select('value'))
        .orderBy('m.session_id')
        .orderBy('m.id'),
    ),
    /** The first row, and those after it whose sizes do not add up to more than `bytes`. */
    readPage: compileStatement<{ session: string; after: number; limit: number; bytes: number }>(
      db
        .selectFrom(
          db
            .selectFrom(
              db
                .selectFrom(messages)
                .select(['id', bytes(messages).as('bytes')])
                .where('session_id', '=', session)
                .where('id', '>', whole('after'))
                .orderBy('id')
                .limit(param<number>('limit'))
                .as('sizes'),
            )
            .select(['id', sql<number>`sum(bytes) over (order by id)`.as('sum'), 'bytes'])
            .as('page'),
        )
        .innerJoin(`${messages} as m`, 'm.id', 'page.id')
        .select(['m.id', 'm.session_id', 'm.message_data', time('m.created_at'), 'page.bytes'])
        .where(({ or, eb }) =>
          or([
            eb('page.sum', '<=', whole('bytes')),
            sql<boolean>`${sql.ref('page.sum')} = ${sql.ref('page.bytes')}`,
          ]),
        )
        .orderBy('m.id'),
    ),
    rowIds: compileStatement<{ session: string; after: number; limit: number }>(
      db
        .selectFrom(messages)
        .select('id')
        .where('session_id', '=', session)
        .where('id', '>', whole('after'))
        .orderBy('id')
        .limit(param<number>('limit')),
    ),
    /** The bytes of values that are no text, or perhaps no text that JavaScript can hold; and of an `a` as text. */
    readBytes: compileStatement<{ rows: string }>(
      db
        .selectFrom(messages)
        .select([
          'id',
          rawData.storage('message_data').as('storage'),
          rawData.bytes(sql.raw('message_data')).as('bytes'),
          rawData.bytes(sql.raw("'a'")).as('a'),
        ])
        .where(
          'id',
          'in',
          db.selectFrom(texts('rows')).select(typed<number>(sql.raw('value'), 'integer').as('id')),
        )
        .orderBy('id'),
    ),

    /** Fails unless the newest row of each session is the given one. `changes`: `[session, last]`; 0: no row. */
    expectLast: compileStatement<{ changes: string }>(
      db
        .insertInto(messages)
        .columns(['session_id', 'message_data'])
        .expression(
          db
            .selectFrom(lists('changes'))
            .select([element(0).as('session'), sql<string>`NULL`.as('text')])
            .where(
              sql<number>`coalesce((${db
                .selectFrom(messages)
                .select(({ fn }) => fn.max('id').as('id'))
                .where('session_id', '=', element(0))}), 0)`,
              '!=',
              typed<number>(element(1), 'integer'),
            ),
        ),
    ),
    /** `sessions`: `[session, created, updated]`. */
    putSessions: compileStatement<{ sessions: string }>(
      db
        .insertInto(sessions)
        .columns(['session_id', 'created_at', 'updated_at'])
        .expression(
          db
            .selectFrom(lists('sessions'))
            .select([
              element(0).as('session'),
              typed<string>(element(1), 'time').as('created'),
              typed<string>(element(2), 'time').as('updated'),
            ])
            // Without a condition, SQLite would take ON for that of a join.
            .where(sql<boolean>`true`),
        )
        .onConflict((conflict) =>
          conflict.column('session_id').doUpdateSet(({ ref }) => ({
            ...(dialect.locksRows && { session_id: ref('excluded.session_id') }),
            created_at: ref('excluded.created_at'),
            updated_at: ref('excluded.updated_at'),
          })),
        ),
    ),
    /** `keeps`: `[session, row]`: the rows after that one go. */
    truncate: compileStatement<{ keeps: string }>(
      db.deleteFrom(messages).where(
        'id',
        'in',
        db
          .selectFrom(lists('keeps'))
          .innerJoin(`${messages} as m`, (join) =>
            join.on('m.session_id', '=', element(0)).on('m.id', '>', typed<number>(element(1), 'integer')),
          )
          .select('m.id'),
      ),
    ),
    /** `rows`: `[session, created, text]`, or `[session, created, hex, storage]`. */
    insertRows: compileStatement<{ rows: string }>(
      db
        .insertInto(messages)
        .columns(['session_id', 'message_data', 'created_at'])
        .expression(
          db
            .selectFrom(lists('rows'))
            .select([
              element(0).as('session'),
              (rawData.fromHex?.(element(2), element(3)) ?? element(2)).as('data'),
              typed<string>(element(1), 'time').as('created'),
            ])
            .orderBy('listed.key'),
        ),
    ),
    lastRows: compileStatement<{ sessions: string }>(
      db
        .selectFrom(messages)
        .select(({ fn }) => ['session_id', fn.max('id').as('last')])
        .where('session_id', 'in', db.selectFrom(texts('sessions')).select('value'))
        .groupBy('session_id'),
    ),
  }
}
