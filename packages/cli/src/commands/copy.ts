import { RawSessions } from '@persql/session-core'
import type { Command } from 'commander'
import { addJsonOption, defineCommand } from '../command.ts'
import { addTableOptions, type DatabaseOptions, useSessions } from '../database.ts'
import { explainReading } from '../explain-error.ts'
import { ProgressBar } from '../terminal/progress.ts'
import { copyGroups } from '../transfer/copy-groups.ts'
import { readGroups } from '../transfer/read-groups.ts'
import { reportCopy } from './report-copy.ts'

interface Options extends DatabaseOptions {
  readonly from: string
  readonly to: string
  readonly overwrite?: true
  readonly json?: true
}

export function copyCommand(program: Command): void {
  const command = defineCommand(
    program,
    'copy [session...]',
    'Copy sessions from one database to another, all or the given ones, and verify the copy. Run it again to go on after a failure, or to bring what is new.',
    [
      'persql copy --from agents.db --to persql://acme/agents',
      'persql copy --from persql://acme/agents --to file:agents.db user-42',
    ],
  )
  addJsonOption(addTableOptions(command))
    .requiredOption('--from <url>', 'URL or path of the database to read')
    .requiredOption('--to <url>', 'URL or path of the database to write; what is missing is made')
    .option('--overwrite', 'replace sessions that have another history in the destination')
    .action((sessionIds: string[], options: Options) =>
      useSessions({ ...options, db: options.from }, 'read', async (source) => {
        const total = sessionIds.length || (await new RawSessions(source.driver, source.tables).count())
        const bar = new ProgressBar('session', total)
        await useSessions({ ...options, db: options.to }, 'create', async (destination) => {
          try {
            const result = await copyGroups(
              explainReading(source, readGroups(source, sessionIds)),
              destination,
              {
                overwrite: options.overwrite,
                onProgress: (group) => bar.add(group.filter(({ isLast }) => isLast).length),
              },
            )
            bar.end()
            await reportCopy(result, 'Copied', options)
          } finally {
            bar.end()
          }
        })
      }),
    )
}
