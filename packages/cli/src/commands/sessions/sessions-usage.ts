import { readFileSync } from 'node:fs'
import {
  parseTokenPrices,
  type TokenPrices,
  tokenCost,
  UsageLog,
  type UsageTotal,
} from '@persql/session-core'
import { type Command, Option } from 'commander'
import { addJsonOption, addTimeOptions, defineCommand } from '../../command.ts'
import { addDatabaseOptions, type DatabaseOptions, useDatabase } from '../../database.ts'
import { explainSystemError } from '../../explain-system-error.ts'
import { csvLine } from '../../terminal/csv.ts'
import { note, print, printJson, printLine } from '../../terminal/print.ts'
import { type Cell, printTable } from '../../terminal/table.ts'
import { UsageError } from '../../usage-error.ts'

interface Options extends DatabaseOptions {
  readonly by: 'session' | 'model' | 'day'
  readonly session?: string
  readonly since?: Date
  readonly until?: Date
  readonly prices?: string
  readonly csv?: true
  readonly json?: true
}

export function sessionsUsageCommand(parent: Command): void {
  const command = defineCommand(
    parent,
    'usage',
    'Sum the tokens that sessions used, where recordUsage has recorded them.',
    ['persql sessions usage --by day --prices prices.json --db agents.db'],
  )
  addJsonOption(addDatabaseOptions(command))
    .addOption(new Option('--by <what>', 'sum by this').choices(['session', 'model', 'day']).default('model'))
    .option('--session <id>', 'only of this session')
  addTimeOptions(command)
    .option('--prices <file>', 'JSON of what a million tokens of each model cost')
    .addOption(new Option('--csv', 'print CSV').conflicts('json'))
    .action((options: Options) =>
      useDatabase(options, 'read', async ({ driver, tables }) => {
        const { by, session: sessionId, since, until } = options
        const prices = options.prices === undefined ? undefined : readPrices(options.prices)
        const totals = await new UsageLog(driver, tables).totals(by, { sessionId, since, until })
        const usage = totals.map((total) => ({ ...total, ...(prices && { cost: tokenCost(total, prices) }) }))
        if (options.json) return printJson({ usage })
        if (options.csv) return printCsv(usage)
        if (usage.length === 0) return note('No usage is recorded. `session.recordUsage(result)` records it.')
        await printUsage(by, usage, prices)
      }),
    )
}

type Usage = UsageTotal & { readonly cost?: number | undefined }

async function printUsage(by: Options['by'], usage: readonly Usage[], prices?: TokenPrices): Promise<void> {
  const headings = [
    ...(by === 'model' ? [] : [by]),
    'model',
    'requests',
    'input',
    'cached',
    'output',
    'reasoning',
  ]
  const toCells = (row: Usage): Cell[] => [
    ...(by === 'model' ? [] : [row.key]),
    row.model,
    row.requests,
    row.inputTokens,
    row.cachedInputTokens,
    row.outputTokens,
    row.reasoningTokens,
    ...(prices ? [row.cost?.toFixed(4)] : []),
  ]
  await printTable([...headings, ...(prices ? ['cost'] : [])], usage.map(toCells))
  const priced = usage.flatMap(({ cost }) => (cost === undefined ? [] : [cost]))
  if (!prices) return
  await printLine(`\nTogether: ${priced.reduce((sum, cost) => sum + cost, 0).toFixed(4)}`)
  const without = new Set(
    usage.filter(({ cost }) => cost === undefined).map(({ model }) => model ?? 'unknown models'),
  )
  if (without.size > 0) note(`The table of prices has none for ${[...without].join(', ')}.`)
}

const COLUMNS = [
  'key',
  'model',
  'requests',
  'inputTokens',
  'cachedInputTokens',
  'outputTokens',
  'reasoningTokens',
  'durationMs',
  'cost',
] as const

async function printCsv(usage: readonly Usage[]): Promise<void> {
  await print(csvLine(COLUMNS))
  for (const row of usage) await print(csvLine(COLUMNS.map((column) => row[column])))
}

function readPrices(file: string): TokenPrices {
  let json: string
  try {
    json = readFileSync(file, 'utf8')
  } catch (error) {
    // Where it is a folder, the error has no path.
    const reason = explainSystemError(Object.assign(error as Error, { path: file }))
    throw new UsageError(`Cannot read the table of prices. ${reason}`)
  }
  return parseTokenPrices(json)
}
