import { expect, test } from 'vitest'
import { sessionStatements } from '../src/dialects/compile-session-statements.ts'
import { postgresDialect } from '../src/dialects/postgres/postgres-dialect.ts'
import { rawSessionStatements } from '../src/dialects/raw-session-statements.ts'
import type { SessionDialect } from '../src/dialects/session-dialect.ts'
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

function sessionsText(dialect: SessionDialect): string {
  const { layout, turns, marks, insertFewTexts, ...statements } = sessionStatements(dialect, NAMES)
  const few = insertFewTexts && { insertFewTexts: insertFewTexts(':session', [':first', ':second']) }
  return textsOf({
    createTables: layout.tables,
    createOperations: layout.operations,
    ...(dialect.makeApart && {
      setUpTables: dialect.makeApart(layout.relations.tables, layout.tables),
      setUpOperations: dialect.makeApart(layout.relations.operations, layout.operations),
    }),
    ...(marks && { createMarks: marks.create, readMark: marks.read, readMarkAndEnd: marks.readWithEnd }),
    ...(turns && { readTurns: turns.read, readTurnStart: turns.readStart }),
    ...statements,
    ...few,
  })
}

function rawSessionsText(dialect: SessionDialect): string {
  const { insertTexts, ...statements } = rawSessionStatements(dialect, NAMES)
  const texts = insertTexts([':session', ':text', ':created', ':session', ':text', ':created'])
  return textsOf({ ...statements, insertTexts: texts })
}

for (const dialect of [sqliteDialect, postgresDialect]) {
  test(`the SQL of sessions on ${dialect.name} is what it was`, async () => {
    await expect(sessionsText(dialect)).toMatchFileSnapshot(`./snapshots/${dialect.name}-sessions.sql`)
  })

  test(`the SQL of raw sessions on ${dialect.name} is what it was`, async () => {
    await expect(rawSessionsText(dialect)).toMatchFileSnapshot(`./snapshots/${dialect.name}-raw-sessions.sql`)
  })
}
