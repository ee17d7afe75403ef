/** Comments, quoted text and words, so that what is left can be recognised by its first character. */
const TOKEN =
  /'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\?\d*|[:@#$][\w$\u0080-\uffff]+|[\w$\u0080-\uffff]+/g

const NOTHING = /[\s;\ufeff]+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y

/** Whether a text holds no statement: only space, comments and semicolons. */
export function isBlank(text: string): boolean {
  NOTHING.lastIndex = 0
  let end = 0
  while (NOTHING.test(text)) end = NOTHING.lastIndex
  return end === text.length
}

/** The placeholders of a statement. `node:sqlite` does not tell, and binds NULL where a value is missing. */
export interface Placeholders {
  readonly count: number
  /** The first one with a name, such as `:id`. */
  readonly named?: string
}

export function placeholdersOf(sql: string): Placeholders {
  let count = 0
  for (const [token] of sql.matchAll(TOKEN)) {
    if (token === '?') count += 1
    else if (token[0] === '?') count = Math.max(count, Number(token.slice(1)))
    else if (/^[:@#$]/.test(token)) return { count, named: token }
  }
  return { count }
}
