import { isStorageError, RawSessions } from '@persql/session-core'
import type { Command } from 'commander'
import { addJsonOption, defineCommand } from '../command.ts'
import { addTableOptions, type Database, type DatabaseOptions, useSessions } from '../database.ts'
import { explainReading } from '../explain-error.ts'
import { ProgressBar } from '../terminal/progress.ts'
import { copyGroups } from '../transfer/copy-groups.ts'
import { copyMemory } from '../transfer/copy-memory.ts'
import { copyUsage } from '../transfer/copy-usage.ts'
import { countLeftBehind, countMemories } from '../transfer/count-left-behind.ts'
import type { SessionGroup } from '../transfer/group.ts'
import { readGroups } from '../transfer/read-groups.ts'
import { RowNumbers } from '../transfer/row-numbers.ts'
import { reportCopy } from './report-copy.ts'

interface Options extends DatabaseOptions {
  readonly from: string
  readonly to: string
  readonly memory: boolean
  readonly overwrite?: true
  readonly json?: true
}

export function copyCommand(program: Command): void {
  const command = defineCommand(
    program,
    'copy [session...]',
    'Copy a database to another one, and verify the copy: sessions with what they used, and memory; or only the given sessions. Run it again to go on after a failure, or to bring what is new. Runs stay behind.',
    [
      'persql copy --from agents.db --to persql://acme/agents',
      'persql copy --from persql://acme/agents --to file:agents.db user-42',
    ],
  )
  addJsonOption(addTableOptions(command))
    .requiredOption('--from <url>', 'URL or path of the database to read')
    .requiredOption('--to <url>', 'URL or path of the database to write; what is missing is made')
    .option('--overwrite', 'replace sessions and memories that are others in the destination')
    .option('--no-memory', 'leave facts, episodes, links and working memory behind')
    .action((sessionIds: string[], options: Options) =>
      useSessions({ ...options, db: options.from }, 'read', async (source) => {
        const isMemoryAlone = sessionIds.length === 0 && options.memory && (await hasMemoryAlone(source))
        const total = isMemoryAlone ? 0 : sessionIds.length || (await sessionsOf(source).count())
        const bar = new ProgressBar('session', total)
        await useSessions({ ...options, db: options.to }, 'create', async (destination) => {
          try {
            const groups = isMemoryAlone ? noGroups() : explainReading(source, readGroups(source, sessionIds))
            const result = await copyGroups(groups, destination, {
              overwrite: options.overwrite,
              onProgress: (group) => bar.add(group.filter(({ isLast }) => isLast).length),
            })
            const { conflicts } = result
            const numbers = new RowNumbers(source, destination, conflicts)
            const usage = await copyUsage(source, destination, numbers, sessionIds, conflicts)
            const isWhole = sessionIds.length === 0 && options.memory
            const memory = isWhole ? await copyMemory(source, destination, numbers, options) : undefined
            const leftBehind = await countLeftBehind(source, isWhole)
            bar.end()
            await reportCopy({ ...result, usage, memory, leftBehind }, 'Copied', options)
          } finally {
            bar.end()
          }
        })
      }),
    )
}

const sessionsOf = ({ driver, tables }: Database) => new RawSessions(driver, tables)

async function* noGroups(): AsyncGenerator<SessionGroup> {}

/** Whether a database has no table of sessions, and a memory. */
async function hasMemoryAlone(source: Database): Promise<boolean> {
  try {
    await sessionsOf(source).count()
    return false
  } catch (error) {
    if (!isStorageError(error, 'NO_SUCH_TABLE')) throw error
    return (await countMemories(source)) > 0
  }
}
