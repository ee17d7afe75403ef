import type { SqlErrorDetail } from '../protocol/index.ts'
import { detailWithoutValues, REDACTED, withoutValues } from '../sqlite/index.ts'

/** Takes out of what a server or an engine says what an error must not tell. */
export interface Redactor {
  text(text: string): string
  detail(detail: SqlErrorDetail): SqlErrorDetail
}

/**
 * Takes out the texts among the parameters, whole or as SQLite quotes a part of them, except for those that the SQL
 * itself shows, and the token.
 */
export function redactor(
  statements: readonly { sql: string; params?: readonly unknown[] }[],
  token?: string,
): Redactor {
  const sql = statements.map((statement) => statement.sql).join('\n')
  const params = statements.flatMap((statement) => statement.params ?? [])
  const found = [token, ...params.filter((param) => !sql.includes(String(param)))]
    .filter((text): text is string => typeof text === 'string' && text.length > 2)
    .sort((a, b) => b.length - a.length)
  const whole = (text: string) => found.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text)
  return {
    text: (text) => whole(withoutValues(text, sql)),
    detail: (detail) =>
      JSON.parse(JSON.stringify(detailWithoutValues(detail, sql)), (key, value: unknown) =>
        typeof value === 'string' && key !== 'kind' ? whole(value) : value,
      ) as SqlErrorDetail,
  }
}
