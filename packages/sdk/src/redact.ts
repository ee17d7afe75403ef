import type { SqlErrorDetail } from './protocol/index.ts'

export type Redact = (text: string) => string

/**
 * Takes texts out of what a server or an engine says. SQLite quotes parameters now and then, as in the errors of
 * FTS5 queries.
 */
export function redactor(secrets: readonly string[]): Redact {
  const found = secrets.filter((secret) => secret.length > 2).sort((a, b) => b.length - a.length)
  return (text) => found.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
}

/** The texts among the parameters, except for those that the SQL itself shows. */
export function secretsOf(statements: readonly { sql: string; params?: readonly unknown[] }[]): string[] {
  const sql = statements.map((statement) => statement.sql).join('\n')
  const params = statements.flatMap((statement) => statement.params ?? [])
  return params.filter((param): param is string => typeof param === 'string' && !sql.includes(param))
}

export function redactDetail(detail: SqlErrorDetail, redact: Redact): SqlErrorDetail {
  return JSON.parse(JSON.stringify(detail), (key, value: unknown) =>
    typeof value === 'string' && key !== 'kind' ? redact(value) : value,
  ) as SqlErrorDetail
}
