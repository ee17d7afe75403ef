import type { SqlDriver, SqlStatement, SqlValue } from '@persql/session-core'

export const TABLE: SqlStatement = { sql: 'create table t (id integer primary key, value unique)' }

export const insert = (value: SqlValue): SqlStatement => ({
  sql: 'insert into t (value) values (?)',
  params: [value],
})

export const SELECT: SqlStatement = { sql: 'select value from t order by id' }

export async function values(driver: SqlDriver): Promise<SqlValue[]> {
  return column(driver, SELECT.sql)
}

export async function column(driver: SqlDriver, sql: string): Promise<SqlValue[]> {
  const [result] = await driver.batch([{ sql }], { readOnly: true })
  return result!.rows.map(([value]) => value!)
}
