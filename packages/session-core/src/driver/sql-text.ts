const BLANK = /[\s;]+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y
const WORD = /[a-z]+/iy
const TOKEN =
  /'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\?\d*|[:@#$][\w$\u0080-\uffff]+|[\w$\u0080-\uffff]+/g

/**
 * Where the first thing is in SQL, from a place on, that is neither space nor a semicolon nor a comment. A comment that
 * nobody closes goes to the end.
 */
export function skipBlank(sql: string, from = 0): number {
  // Piece by piece, because a regular expression for all of them runs out of stack in a long comment.
  for (let at = from; ; at = BLANK.lastIndex) {
    BLANK.lastIndex = at
    if (!BLANK.test(sql)) return at
  }
}

/** True for SQL that holds no statement. */
export function isBlank(sql: string): boolean {
  return skipBlank(sql) === sql.length
}

/** The word that a statement begins with, in lower case, behind EXPLAIN where that is there. Empty for none. */
export function leadingKeyword(sql: string): string {
  for (let at = 0; ; at = WORD.lastIndex) {
    WORD.lastIndex = skipBlank(sql, at)
    const word = WORD.exec(sql)?.[0].toLowerCase() ?? ''
    if (word !== 'explain' && word !== 'query' && word !== 'plan') return word
  }
}

/**
 * The SQL with what `replace` makes of each placeholder: `?`, `?2`, or a name such as `:id` with its first character.
 * What looks like one in quotes, in a comment or in a name stays.
 */
export function replacePlaceholders(sql: string, replace: (placeholder: string) => string): string {
  return sql.replace(TOKEN, (token) => (/^[?:@#$]/.test(token) ? replace(token) : token))
}
