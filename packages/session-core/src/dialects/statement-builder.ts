import {
  type AliasedRawBuilder,
  DummyDriver,
  type Insertable,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { SqlStatement, SqlValue } from '../driver/sql-driver.ts'
import type { SessionTables } from '../sessions/session-tables.ts'
import type { SessionDialect } from './session-dialect.ts'

type Messages = SessionTables['agent_messages']

/** A Kysely that only compiles, for the kind of SQL that a driver names. */
export function statementBuilder<Tables>(name: 'sqlite' | 'postgres' = 'sqlite'): Kysely<Tables> {
  if (name === 'postgres') {
    return new Kysely<Tables>({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (kysely) => new PostgresIntrospector(kysely),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
    })
  }
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

/** What a query says in the kind of SQL of a builder. */
export function toStatement(query: RawBuilder<unknown>, builder: Kysely<never>): SqlStatement {
  const { sql, parameters } = query.compile(builder)
  return { sql, params: parameters as SqlValue[] }
}

/** The SQL that inserts a number of rows of values, compiled once for each number. */
export function rowInserts(
  db: Kysely<SessionTables>,
  messages: string,
  columns: readonly (keyof Messages)[],
): (rows: number) => string {
  const into = db.insertInto(messages as 'agent_messages')
  const row = Object.fromEntries(columns.map((column) => [column, ''])) as Insertable<Messages>
  const sqlByCount: string[] = []
  return (rows) => {
    sqlByCount[rows] ??= into.values(Array(rows).fill(row)).compile().sql
    return sqlByCount[rows]
  }
}

type TimeColumn = 'created_at' | 'updated_at'

/** Selects a column of times as text. The column may name its table, as in `m.created_at`. */
export function timesOf({ timeText }: SessionDialect) {
  return <Column extends TimeColumn | `${string}.${TimeColumn}`>(
    column: Column,
  ): Column | AliasedRawBuilder<string, NameOf<Column>> =>
    timeText ? timeText(column).as(column.split('.').at(-1) as NameOf<Column>) : column
}

type NameOf<Column> = Column extends `${string}.${infer Name}` ? Name : Column & string
