/**
 * The definitions of the columns that stand in one CREATE TABLE and not in another, which is otherwise the same;
 * nothing where they differ in another way. `ALTER TABLE … ADD COLUMN` leaves such texts behind.
 */
export function addedColumns(before: string, after: string): string[] | undefined {
  let start = 0
  while (start < before.length && before[start] === after[start]) start += 1
  // Where the next character of both is the closing bracket or a comma, the common part may reach into the addition.
  const rest = before.slice(start)
  if (!after.endsWith(rest)) return
  const addition = after.slice(start, after.length - rest.length).trim()
  if (!addition.startsWith(',')) return
  return splitAtCommas(addition.slice(1))
}

const PART = /'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|[(),]|[^'"`[(),]+/g

function splitAtCommas(text: string): string[] {
  const parts = ['']
  let depth = 0
  for (const [part] of text.matchAll(PART)) {
    if (part === '(') depth += 1
    if (part === ')') depth -= 1
    if (part === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += part
  }
  return parts.map((part) => part.trim())
}
