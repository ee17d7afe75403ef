const SPACE = /(?:[\s;]|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$))*/y
const WORD = /[a-z]+/iy

/** The word that a statement begins with, in lower case, behind EXPLAIN where that is there. Empty for none. */
export function leadingKeyword(sql: string): string {
  let at = 0
  for (;;) {
    SPACE.lastIndex = at
    SPACE.exec(sql)
    WORD.lastIndex = SPACE.lastIndex
    const word = WORD.exec(sql)?.[0].toLowerCase() ?? ''
    if (word !== 'explain' && word !== 'query' && word !== 'plan') return word
    at = WORD.lastIndex
  }
}
