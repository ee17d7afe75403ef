import { expect, test } from 'vitest'
import { sessionStatements } from '../src/dialects/compile-session-statements.ts'
import { rawSessionStatements } from '../src/dialects/raw-session-statements.ts'
import { sqliteDialect } from '../src/dialects/sqlite/sqlite-dialect.ts'
import type { SqlStatement } from '../src/index.ts'
import { resolveTableNames } from '../src/sessions/session-tables.ts'

const NAMES = resolveTableNames()

/** Every parameter by its name, as in `:session`. */
const params = new Proxy({}, { get: (_, name) => `:${String(name)}` })

function textOf({ sql, params: values = [] }: SqlStatement): string {
  return values.length === 0 ? `${sql};` : `${sql};\n-- ${values.join(', ')}`
}

function textsOf(statements: object): string {
  return Object.entries(statements)
    .map(([name, value]) => {
      const made: SqlStatement | readonly SqlStatement[] = typeof value === 'function' ? value(params) : value
      return `-- ${name}\n${[made].flat().map(textOf).join('\n')}\n`
    })
    .join('\n')
}

test('the SQL of sessions on SQLite is what it was', async () => {
  const { insertFewTexts, ...statements } = sessionStatements(sqliteDialect, NAMES)
  const few = textOf(insertFewTexts(':session', [':first', ':second']))
  await expect(`${textsOf(statements)}\n-- insertFewTexts\n${few}\n`).toMatchFileSnapshot(
    './snapshots/sqlite-sessions.sql',
  )
})

test('the SQL of raw sessions on SQLite is what it was', async () => {
  const { insertTexts, ...statements } = rawSessionStatements(NAMES)
  const texts = textOf(insertTexts([':session', ':text', ':created', ':session', ':text', ':created']))
  await expect(`${textsOf(statements)}\n-- insertTexts\n${texts}\n`).toMatchFileSnapshot(
    './snapshots/sqlite-raw-sessions.sql',
  )
})
