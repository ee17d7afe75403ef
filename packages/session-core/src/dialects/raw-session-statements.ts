import { sql } from 'kysely'
import type { SqlStatement, SqlValue } from '../driver/sql-driver.ts'
import type { ResolvedTableNames, SessionTables } from '../sessions/session-tables.ts'
import { compileStatement, param } from './compiled-statement.ts'
import { rowInserts, statementBuilder } from './statement-builder.ts'

/** The statements of stored sessions. Lists of values are JSON arrays. Need SQLite 3.43 or later. */
export function rawSessionStatements(names: ResolvedTableNames) {
  const db = statementBuilder<SessionTables>()
  // The names are the user's; the types know the tables by their default names.
  const sessions = names.sessions as 'agent_sessions'
  const messages = names.messages as 'agent_messages'

  const session = param<string>('session')
  const listed = (name: string) => sql<{ key: number; value: string }>`json_each(${param(name)})`
  const element = <Value>(index: number) =>
    sql<Value>`json_extract(${sql.ref('listed.value')}, ${sql.lit(`$[${index}]`)})`
  const bytes = (row: 'm' | typeof messages) => sql<number>`octet_length(${sql.ref(`${row}.message_data`)})`

  const summaries = db
    .selectFrom(`${sessions} as s`)
    .leftJoin(`${messages} as m`, 'm.session_id', 's.session_id')
    .select(({ fn }) => [
      's.session_id',
      's.created_at',
      's.updated_at',
      fn.count('m.id').as('items'),
      sql<number>`coalesce(sum(${bytes('m')}), 0)`.as('bytes'),
      sql<number>`coalesce(max(m.id), 0)`.as('last'),
    ])
    .groupBy('s.session_id')
    .orderBy('s.session_id')

  const rows = db
    .selectFrom(`${messages} as m`)
    .select(['m.id', 'm.session_id', 'm.message_data', 'm.created_at', bytes('m').as('bytes')])

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
      summaries.where('s.session_id', 'in', db.selectFrom(listed('sessions').as('listed')).select('value')),
    ),
    read: compileStatement<{ sessions: string }>(
      rows
        .where('m.session_id', 'in', db.selectFrom(listed('sessions').as('listed')).select('value'))
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
                .where('id', '>', param<number>('after'))
                .orderBy('id')
                .limit(param<number>('limit'))
                .as('sizes'),
            )
            .select(['id', sql<number>`sum(bytes) over (order by id)`.as('sum'), 'bytes'])
            .as('page'),
        )
        .innerJoin(`${messages} as m`, 'm.id', 'page.id')
        .select(['m.id', 'm.session_id', 'm.message_data', 'm.created_at', 'page.bytes'])
        .where(({ or, eb }) =>
          or([
            eb('page.sum', '<=', param<number>('bytes')),
            sql<boolean>`${sql.ref('page.sum')} = ${sql.ref('page.bytes')}`,
          ]),
        )
        .orderBy('m.id'),
    ),
    /** The bytes of values that are no text, or perhaps no text that JavaScript can hold; and of an `a` as text. */
    readBytes: compileStatement<{ rows: string }>(
      db
        .selectFrom(messages)
        .select([
          'id',
          sql<string>`typeof(message_data)`.as('storage'),
          sql<Uint8Array>`cast(message_data as blob)`.as('bytes'),
          sql<Uint8Array>`cast('a' as blob)`.as('a'),
        ])
        .where('id', 'in', db.selectFrom(listed('rows').as('listed')).select(sql<number>`value`.as('id')))
        .orderBy('id'),
    ),

    /** Fails unless the newest row of each session is the given one. `changes`: `[session, last]`; 0: no row. */
    expectLast: compileStatement<{ changes: string }>(
      db
        .insertInto(messages)
        .columns(['session_id', 'message_data'])
        .expression(
          db
            .selectFrom(listed('changes').as('listed'))
            .select([element<string>(0).as('session'), sql<string>`NULL`.as('text')])
            .where(
              sql<number>`coalesce((${db
                .selectFrom(messages)
                .select(({ fn }) => fn.max('id').as('id'))
                .where('session_id', '=', element<string>(0))}), 0)`,
              '!=',
              element<number>(1),
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
            .selectFrom(listed('sessions').as('listed'))
            .select([
              element<string>(0).as('session'),
              element<string>(1).as('created'),
              element<string>(2).as('updated'),
            ])
            // Without a condition, SQLite would take ON for that of a join.
            .where(sql<boolean>`true`),
        )
        .onConflict((conflict) =>
          conflict.column('session_id').doUpdateSet(({ ref }) => ({
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
          .selectFrom(listed('keeps').as('listed'))
          .innerJoin(`${messages} as m`, (join) =>
            join.on('m.session_id', '=', element<string>(0)).on('m.id', '>', element<number>(1)),
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
            .selectFrom(listed('rows').as('listed'))
            .select([
              element<string>(0).as('session'),
              sql<string>`case ${element(3)} when 'blob' then unhex(${element(2)})
                when 'text' then cast(unhex(${element(2)}) as text) else ${element(2)} end`.as('data'),
              element<string>(1).as('created'),
            ])
            .orderBy('listed.key'),
        ),
    ),
    lastRows: compileStatement<{ sessions: string }>(
      db
        .selectFrom(messages)
        .select(({ fn }) => ['session_id', fn.max('id').as('last')])
        .where('session_id', 'in', db.selectFrom(listed('sessions').as('listed')).select('value'))
        .groupBy('session_id'),
    ),
  }
}
