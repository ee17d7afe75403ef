import type { Command } from 'commander'
import { addJsonOption, defineCommand } from '../../command.ts'
import { addDatabaseOptions, type DatabaseOptions, useSessions } from '../../database.ts'
import { ProgressBar } from '../../terminal/progress.ts'
import { copyGroups } from '../../transfer/copy-groups.ts'
import { readJsonLines } from '../../transfer/json-lines.ts'
import { openText } from '../../transfer/open-text.ts'
import { readLines } from '../../transfer/read-lines.ts'
import { reportCopy } from '../report-copy.ts'

interface Options extends DatabaseOptions {
  readonly overwrite?: true
  readonly incomplete?: true
  readonly json?: true
}

export function sessionsImportCommand(parent: Command): void {
  const command = defineCommand(
    parent,
    'import <file>',
    'Read sessions that `export` wrote, packed by gzip or not; "-" is standard input. Repeating it changes nothing. Makes a file or tables that are missing.',
    [
      'persql sessions import sessions.jsonl --db agents.db',
      'persql sessions import user-42.jsonl.gz --db agents.db',
    ],
  )
  addJsonOption(addDatabaseOptions(command))
    .option('--overwrite', 'replace sessions that have another history in the database')
    .option('--incomplete', 'accept an export without its last line')
    .action(async (path: string, options: Options) => {
      // Before a database is made for nothing.
      const file = await openText(path)
      await useSessions(options, 'create', async (database) => {
        const bar = new ProgressBar('kB', Math.ceil(file.size / 1000))
        const lines = readLines(file.chunks((bytes) => bar.add(Math.round(bytes / 1000))))
        try {
          const result = await copyGroups(readJsonLines(lines, options), database, options)
          bar.end()
          await reportCopy(result, 'Imported', options)
        } finally {
          bar.end()
        }
      })
    })
}
