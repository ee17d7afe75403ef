import { REDACTED } from './without-values.ts'

/** What has happened: `constraint` is any other than the four before it, `unknown` whatever SQLite says otherwise. */
export type SqliteErrorKind =
  | 'unique_violation'
  | 'not_null_violation'
  | 'fk_violation'
  | 'check_violation'
  | 'constraint'
  | 'unknown_table'
  | 'unknown_column'
  | 'syntax_error'
  | 'type_mismatch'
  | 'database_locked'
  | 'too_many_params'
  | 'too_few_params'
  | 'invalid_statement'
  | 'readonly'
  | 'forbidden'
  | 'timeout'
  | 'too_large'
  | 'out_of_memory'
  | 'disk_full'
  | 'cannot_open'
  | 'not_a_database'
  | 'unknown'

/** What SQLite tells with its text of an error. Names are written as the text has them. */
export interface SqliteErrorText {
  readonly kind: SqliteErrorKind
  readonly table?: string
  readonly column?: string
  /** The columns of a key, where it has several. */
  readonly columns?: readonly { readonly table: string; readonly column: string }[]
  /** The name of a check, or of a unique index on expressions. */
  readonly constraint?: string
  /** The word at which the SQL stops making sense. */
  readonly near?: string
}

type Names = Omit<SqliteErrorText, 'kind'>

interface Rule {
  readonly pattern: RegExp
  readonly kind: SqliteErrorKind
  names?(match: readonly string[]): Names
}

// The texts that SQLite and its bindings have. The first match counts.
const RULES: readonly Rule[] = [
  {
    pattern: /UNIQUE constraint failed: (.+)/i,
    kind: 'unique_violation',
    names: ([, key]) => namesOf(key!),
  },
  {
    pattern: /NOT NULL constraint failed: (.+)/i,
    kind: 'not_null_violation',
    names: ([, key]) => namesOf(key!),
  },
  { pattern: /FOREIGN KEY constraint failed/i, kind: 'fk_violation' },
  {
    pattern: /CHECK constraint failed: (.+)/i,
    kind: 'check_violation',
    names: ([, constraint]) => ({ constraint: constraint! }),
  },
  { pattern: /constraint failed/i, kind: 'constraint' },
  { pattern: /no such table: (.+)/is, kind: 'unknown_table', names: ([, table]) => ({ table: table! }) },
  {
    pattern: /table (.+) has no column named (.+)/is,
    kind: 'unknown_column',
    names: ([, table, column]) => ({ table: table!, column: column! }),
  },
  {
    pattern: /no such column: (?:"(.+)" - should this be|(.+))/is,
    kind: 'unknown_column',
    names: ([, quoted, column]) => (column === REDACTED ? {} : { column: quoted ?? column! }),
  },
  { pattern: /near "(.*?)": syntax error/is, kind: 'syntax_error', names: ([, near]) => ({ near: near! }) },
  { pattern: /incomplete input|unrecognized token|syntax error/i, kind: 'syntax_error' },
  { pattern: /datatype mismatch|cannot store/i, kind: 'type_mismatch' },
  { pattern: /database (table )?is locked/i, kind: 'database_locked' },
  { pattern: /too many (parameter|SQL variables)|index out of range/i, kind: 'too_many_params' },
  { pattern: /too few parameter/i, kind: 'too_few_params' },
  { pattern: /more than one statement|contains no statements/i, kind: 'invalid_statement' },
  { pattern: /readonly database/i, kind: 'readonly' },
  { pattern: /not authorized|access to .* is prohibited/i, kind: 'forbidden' },
  { pattern: /interrupted/i, kind: 'timeout' },
  { pattern: /too big/i, kind: 'too_large' },
  { pattern: /out of memory/i, kind: 'out_of_memory' },
  { pattern: /disk is full/i, kind: 'disk_full' },
  { pattern: /unable to open database/i, kind: 'cannot_open' },
  { pattern: /not a database|disk image is malformed/i, kind: 'not_a_database' },
]

/** What SQLite's text of an error says, whoever passed it on, also without what {@link withoutValues} takes out. */
export function readSqliteMessage(message: string): SqliteErrorText {
  for (const { pattern, kind, names } of RULES) {
    const match = pattern.exec(message)
    if (match) return { kind, ...names?.(match) }
  }
  return { kind: 'unknown' }
}

/** The names of a key: `t.a, t.b`, or `index 'name'` for an index on expressions. */
function namesOf(key: string): Names {
  const index = /^index '(.*)'$/s.exec(key)?.[1]
  if (index !== undefined) return { constraint: index }
  const columns = key.split(', ').map((name) => {
    const dot = name.lastIndexOf('.')
    return { table: name.slice(0, Math.max(dot, 0)), column: name.slice(dot + 1) }
  })
  const [first] = columns
  if (!first) return {}
  return columns.length === 1 ? first : { table: first.table, columns }
}
