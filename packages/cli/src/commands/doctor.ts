import type { Command } from 'commander'
import { defineCommand, withJson } from '../command.ts'
import { type Database, type DatabaseOptions, useDatabase, withDatabase } from '../database.ts'
import { checkConnection, checkFile } from '../doctor/check-engine.ts'
import { checkItems } from '../doctor/check-items.ts'
import { checkLayout } from '../doctor/check-layout.ts'
import type { Finding } from '../doctor/finding.ts'
import { neutralise } from '../terminal/neutralise.ts'
import { printJson, printLine } from '../terminal/print.ts'
import { dim, green, red, yellow } from '../terminal/style.ts'

interface Options extends DatabaseOptions {
  readonly json?: true
}

const MARKS = { ok: green('✓'), warning: yellow('!'), problem: red('✗') }

export function doctorCommand(program: Command): void {
  const command = defineCommand(
    program,
    'doctor',
    'Check a database: connection, tables, corrupt rows, orphaned results, journal. Changes nothing. Status 1 where something is wrong.',
    ['persql doctor --db agents.db'],
  )
  withJson(withDatabase(command)).action((options: Options) =>
    useDatabase(options, 'read', async (database) => {
      const { findings, roundTripMs } = await examine(database)
      const isFine = findings.every(({ status }) => status !== 'problem')
      if (!isFine) process.exitCode = 1
      if (options.json) return printJson({ ok: isFine, roundTripMs, findings })
      const width = Math.max(...findings.map(({ check }) => check.length))
      for (const { status, check, message, mend } of findings) {
        await printLine(`${MARKS[status]} ${check.padEnd(width)}  ${neutralise(message)}`)
        if (mend) await printLine(dim(`  ${' '.repeat(width)}  → ${neutralise(mend)}`))
      }
    }),
  )
}

async function examine(database: Database): Promise<{ findings: Finding[]; roundTripMs: number }> {
  const { roundTripMs, ...connection } = await checkConnection(database)
  const layout = await checkLayout(database)
  const hasTables = layout.every(({ check, status }) => check !== 'tables' || status === 'ok')
  const items = hasTables ? await checkItems(database) : []
  return { findings: [connection, ...(await checkFile(database)), ...layout, ...items], roundTripMs }
}
