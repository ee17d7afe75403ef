import type { UsageRow } from '@persql/sdk'
import { formatBytes } from '@persql/session-core'
import type { Command } from 'commander'
import { useApi } from '../../api.ts'
import { day } from '../../arguments.ts'
import { addJsonOption, defineCommand } from '../../command.ts'
import { printJson } from '../../terminal/print.ts'
import { type Cell, printTable } from '../../terminal/table.ts'

interface Options {
  readonly from?: string
  readonly to?: string
  readonly database?: string
  readonly tokenId?: string
  readonly json?: true
}

export function usageCommand(program: Command): void {
  const command = defineCommand(
    program,
    'usage',
    'What was used on each day, and its price in USD, storage apart. Needs an admin token.',
    ['persql usage --from 2026-01-01 --database agents'],
  )
  addJsonOption(command)
    .option('--from <day>', 'first day, in UTC', day)
    .option('--to <day>', 'last day, in UTC', day)
    .option('--database <slug>', 'only of this database')
    .option('--token-id <id>', 'only of this token')
    .action(({ from, to, database, tokenId, json }: Options) =>
      useApi(async (client) => {
        const usage = await client.usage({ from, to, database, token: tokenId })
        if (json) return printJson({ usage })
        await printTable(
          ['day', 'database', 'token', 'requests', 'rows read', 'rows written', 'stored', 'USD'],
          [...usage.map(toCells), ...(usage.length > 1 ? [total(usage)] : [])],
          'No usage.',
        )
      }),
    )
}

function toCells({
  day,
  database,
  token,
  requests,
  rowsRead,
  rowsWritten,
  bytesStored,
  costUsd,
}: UsageRow): Cell[] {
  return [day, database, token, requests, rowsRead, rowsWritten, formatBytes(bytesStored), costUsd.toFixed(6)]
}

function total(usage: readonly UsageRow[]): Cell[] {
  const sum = (of: (row: UsageRow) => number) => usage.reduce((total, row) => total + of(row), 0)
  return [
    'all',
    '',
    '',
    sum(({ requests }) => requests),
    sum(({ rowsRead }) => rowsRead),
    sum(({ rowsWritten }) => rowsWritten),
    '',
    sum(({ costUsd }) => costUsd).toFixed(6),
  ]
}
