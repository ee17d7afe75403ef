import type { SqlErrorDetail, SqlErrorKind } from '../protocol/index.ts'
import { REDACTED } from './without-values.ts'

type Fields = Omit<SqlErrorDetail, 'kind' | 'message'>

interface Rule {
  readonly pattern: RegExp
  readonly kind: SqlErrorKind
  fields?(match: string[]): Fields
}

// The texts that SQLite and its bindings have. The first match counts.
const RULES: readonly Rule[] = [
  { pattern: /UNIQUE constraint failed: (.+)/, kind: 'unique_violation', fields: ([, keys]) => key(keys!) },
  {
    pattern: /NOT NULL constraint failed: (.+)/,
    kind: 'not_null_violation',
    fields: ([, keys]) => key(keys!),
  },
  { pattern: /FOREIGN KEY constraint failed/, kind: 'fk_violation' },
  {
    pattern: /CHECK constraint failed: (.+)/,
    kind: 'check_violation',
    fields: ([, constraint]) => ({ constraint: constraint! }),
  },
  { pattern: /no such table: (.+)/s, kind: 'unknown_table', fields: ([, table]) => ({ table: table! }) },
  {
    pattern: /table (.+) has no column named (.+)/s,
    kind: 'unknown_column',
    fields: ([, table, column]) => ({ table: table!, column: column! }),
  },
  {
    pattern: /no such column: (?:"(.+)" - should this be|(.+))/s,
    kind: 'unknown_column',
    // A driver may have taken out what can be a part of a parameter.
    fields: ([, quoted, column]) => (column === REDACTED ? {} : { column: quoted ?? column! }),
  },
  { pattern: /near "(.*)": syntax error/s, kind: 'syntax_error', fields: ([, near]) => ({ near: near! }) },
  { pattern: /incomplete input|unrecognized token|syntax error/, kind: 'syntax_error' },
  { pattern: /datatype mismatch|cannot store/, kind: 'type_mismatch' },
  { pattern: /database (table )?is locked/, kind: 'database_locked' },
  { pattern: /too many (parameter|SQL variables)|index out of range/i, kind: 'too_many_params' },
  { pattern: /too few parameter/i, kind: 'too_few_params' },
  { pattern: /readonly database/, kind: 'readonly' },
  { pattern: /more than one statement|contains no statements/i, kind: 'invalid_statement' },
  { pattern: /not authorized|access to .* is prohibited/, kind: 'forbidden' },
  { pattern: /interrupted/, kind: 'timeout' },
  { pattern: /too big|out of memory/, kind: 'too_large' },
  { pattern: /disk is full/, kind: 'disk_full' },
]

/** What SQLite's own message tells about a failure. */
export function parseSqlError(message: string): SqlErrorDetail {
  for (const { pattern, kind, fields } of RULES) {
    const match = pattern.exec(message)
    if (match) return { kind, message, ...fields?.(match) }
  }
  return { kind: 'unknown', message }
}

function key(text: string): Fields {
  const index = /^index '(.*)'$/s.exec(text)?.[1]
  if (index !== undefined) return { constraint: index }
  const columns = text.split(', ').map((name) => {
    const dot = name.lastIndexOf('.')
    return { table: name.slice(0, Math.max(dot, 0)), column: name.slice(dot + 1) }
  })
  const [first] = columns
  if (!first) return {}
  return columns.length === 1 ? first : { table: first.table, columns }
}
