import type { SqlErrorDetail } from '../protocol/index.ts'

/** Stands for what an error must not tell. */
export const REDACTED = '[redacted]'

// What SQLite, FTS3, FTS5 and the JSON functions quote of values: of queries, paths and file names.
const QUOTED = new RegExp(
  [
    'fts5: syntax error near "(.*?)"',
    'no such column: (?:"(.*?)" - should this be a string literal in single-quotes\\?|(.*?))',
    'no such (?:database|function): (.*?)',
    'unknown special query: (.*?)',
    'parse error in rank function: (.*?)',
    'malformed MATCH expression: \\[(.*?)\\]',
    'unrecognized matchinfo request: (.*?)',
    'unknown tokenizer: (.*?)',
    "bad JSON path: '(.*?)'",
    "JSON path error near '(.*?)'",
    'unable to open database: (.*?)',
    "unknown database '?(.*?)'?",
  ]
    // Some servers add where in the SQL it was, and the name of the result code.
    .map((text) => `${text}(?: at offset \\d+)?(?:: SQLITE_\\w+)?$`)
    .join('|'),
  'ds',
)

/**
 * SQLite's text of an error without what it quotes of a value, be it a parameter or stored, such as a part of a
 * full-text query: `[redacted]` stands for it. What is made of the words of the SQL stays.
 */
export function withoutValues(message: string, sql: string): string {
  const place = QUOTED.exec(message)?.indices?.slice(1).find(Boolean)
  if (!place) return message
  const [start, end] = place
  if (isOf(sql, message.slice(start, end))) return message
  return message.slice(0, start) + REDACTED + message.slice(end)
}

/**
 * A detail without what its message quotes of a value. Its kind and place stay; names stay only where no value is
 * quoted.
 */
export function detailWithoutValues(detail: SqlErrorDetail, sql: string): SqlErrorDetail {
  const message = withoutValues(detail.message, sql)
  if (message === detail.message) return detail
  const { kind, statementIndex } = detail
  return { kind, message, ...(statementIndex === undefined ? {} : { statementIndex }) }
}

function isOf(sql: string, quoted: string): boolean {
  const words = wordsOf(quoted)
  if (words.length === 0) return quoted === ''
  const known = new Set(wordsOf(sql))
  return words.every((word) => known.has(word))
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}\p{M}_$]+/gu) ?? []
}
