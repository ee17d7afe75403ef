import type { Command } from 'commander'
import { addJsonOption, defineCommand } from '../command.ts'
import { addDatabaseOptions, type Database, type DatabaseOptions, useDatabase } from '../database.ts'
import { checkConnection, checkIntegrity, checkJournal } from '../doctor/check-engine.ts'
import { checkItems } from '../doctor/check-items.ts'
import { checkLayout } from '../doctor/check-layout.ts'
import { checkReadable } from '../doctor/check-readable.ts'
import { checkSearchIndex } from '../doctor/check-search-index.ts'
import type { Finding } from '../doctor/finding.ts'
import { unlessDamaged } from '../doctor/unless-damaged.ts'
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
    'Check a database: connection, damage, tables, corrupt rows, orphaned results, journal. Changes nothing. Status 1 where something is wrong.',
    ['persql doctor --db agents.db'],
  )
  addJsonOption(addDatabaseOptions(command)).action((options: Options) =>
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

async function examine(database: Database): Promise<{ findings: Finding[]; roundTripMs: number | null }> {
  const findings: Finding[] = []
  let roundTripMs: number | null = null
  const connection = await unlessDamaged('connection', async () => {
    const checked = await checkConnection(database)
    roundTripMs = checked.roundTripMs
    return [checked.finding]
  })
  const integrity = await checkIntegrity(database)
  findings.push(...connection, ...integrity)
  // Nothing at all can be read.
  if (findings.length > 0 && findings.every(({ status }) => status === 'problem'))
    return { findings, roundTripMs }
  findings.push(...(await unlessDamaged('journal', () => checkJournal(database))))
  const layout = await unlessDamaged('tables', () => checkLayout(database))
  findings.push(...layout)
  const hasTables = layout.every(({ check, status }) => check !== 'tables' || status === 'ok')
  if (hasTables) {
    findings.push(...(await unlessDamaged('items', () => checkItems(database))))
    findings.push(...(await unlessDamaged('search index', () => checkSearchIndex(database))))
  }
  const isSound = integrity.every(({ status }) => status === 'ok')
  if (!isSound && hasTables)
    findings.push(...(await unlessDamaged('can be read', () => checkReadable(database))))
  return { findings, roundTripMs }
}
