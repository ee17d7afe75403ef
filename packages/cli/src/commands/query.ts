import { text } from 'node:stream/consumers'
import { encodeValue, rowObjects } from '@persql/sdk/protocol'
import type { SqlResult, SqlValue } from '@persql/session-core'
import { isStorageError } from '@persql/session-core'
import type { Command } from 'commander'
import { collect } from '../arguments.ts'
import { addJsonOption, defineCommand } from '../command.ts'
import { type DatabaseOptions, useDatabase } from '../database.ts'
import { csvLine } from '../terminal/csv.ts'
import { count } from '../terminal/format.ts'
import { note, print, printJson } from '../terminal/print.ts'
import { type Cell, printTable } from '../terminal/table.ts'
import { UsageError } from '../usage-error.ts'

interface Options extends DatabaseOptions {
  readonly param?: readonly string[]
  readonly write?: true
  readonly csv?: true
  readonly json?: true
}

export function queryCommand(program: Command): void {
  const command = defineCommand(
    program,
    'query <sql>',
    'Run one SQL statement; "-" reads it from standard input. It may only read, unless --write is given.',
    [
      'persql query "select count(*) from agent_messages" --db agents.db',
      'persql query "select * from agent_sessions where session_id like ?" --param \'user-%\' --json',
      'persql query --write --db agents.db "delete from agent_sessions where updated_at < \'2026-01-01\'"',
    ],
  )
  addJsonOption(command.option('--db <url>', 'URL or path of the database (default: PERSQL_DATABASE)'))
    .option('-p, --param <text>', 'text for the next ? in the statement; may be repeated', collect)
    .option('--write', 'let the statement change the database, or make a file that is missing')
    .option('--csv', 'print comma-separated values')
    .action(async (given: string, options: Options) => {
      if (options.csv && options.json) throw new UsageError('Give --csv or --json, not both.')
      const sql = given === '-' ? await text(process.stdin) : given
      if (sql.trim() === '') throw new UsageError('Give a statement, such as "select 1".')
      await useDatabase(options, options.write ? 'create' : 'read', async ({ driver }) => {
        const statement = { sql, params: options.param ?? [] }
        const [result] = await driver
          .batch([statement], { readOnly: !options.write })
          .catch((error: unknown) => {
            if (!isStorageError(error, 'READ_ONLY') || options.write) throw error
            throw new Error(`${error.message} Add --write to allow it.`, { cause: error })
          })
        await printResult(result as SqlResult, options)
      })
    })
}

async function printResult({ columns, rows, changes, lastInsertRowid }: SqlResult, { csv, json }: Options) {
  if (json) {
    return printJson({
      ...rowObjects({ columns, rows }),
      ...(changes !== undefined && { changes }),
      ...(lastInsertRowid !== undefined && { lastInsertRowid: encodeValue(lastInsertRowid) }),
    })
  }
  if (csv) {
    for (const line of [columns, ...rows]) await print(csvLine(line.map(toCell)))
  } else if (columns.length === 0) {
    note(changes === undefined ? 'Done.' : `${count(changes, 'row')} changed.`)
  } else {
    await printTable(
      columns,
      rows.map((row) => row.map(toCell)),
    )
  }
}

function toCell(value: SqlValue): Cell {
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`
  return typeof value === 'bigint' ? String(value) : value
}
