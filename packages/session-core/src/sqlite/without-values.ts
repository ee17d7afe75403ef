/** Stands for what an error must not tell. */
export const REDACTED = '[redacted]'

// What SQLite, its full-text search and its JSON functions say before something that can be a part of a value.
const BEFORE = [
  'bad JSON path: ',
  'JSON path error near ',
  'fts5: syntax error near ',
  'malformed MATCH expression: ',
  'unknown special query: ',
  'parse error in rank function: ',
  'unrecognized matchinfo request: ',
  'unknown tokenizer: ',
  'no such column: ',
  'no such (?:database|function): ',
  'unknown database ',
  'unable to open database: ',
]
// Some services add where in the SQL it was, and the name of the result code.
const AFTER =
  '(?: - should this be a string literal in single-quotes\\?)?(?: at offset \\d+)?(?:: SQLITE_\\w+)?$'
const QUOTING = new RegExp(`((?:${BEFORE.join('|')})["'[]?)(.*?)(["'\\]]?${AFTER})`, 's')

/**
 * SQLite's text of an error without what it quotes of a value: `[redacted]` stands for it. What is made of the words
 * of the SQL stays, and so do the names of tables and constraints.
 */
export function withoutValues(message: string, sql: string): string {
  return message.replace(QUOTING, (whole, before: string, quoted: string, after: string) =>
    isMadeOf(sql, quoted) ? whole : `${before}${REDACTED}${after}`,
  )
}

function isMadeOf(sql: string, quoted: string): boolean {
  const words = wordsOf(quoted)
  const known = new Set(wordsOf(sql))
  return words.length === 0 ? quoted === '' : words.every((word) => known.has(word))
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}\p{M}_$]+/gu) ?? []
}
