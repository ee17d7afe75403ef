import { countUnindexed, dropItemIndex, type IndexProgress, indexItems } from '@persql/session-core'
import type { Command } from 'commander'
import { addJsonOption, defineCommand } from '../../command.ts'
import { addDatabaseOptions, type Database, type DatabaseOptions, useSessions } from '../../database.ts'
import { refuseMissingTables } from '../../explain-error.ts'
import { count } from '../../terminal/format.ts'
import { note, printJson, printLine } from '../../terminal/print.ts'
import { ProgressBar } from '../../terminal/progress.ts'
import { untilInterrupted } from '../../until-interrupted.ts'

interface Options extends DatabaseOptions {
  readonly drop?: true
  readonly json?: true
}

export function sessionsIndexCommand(parent: Command): void {
  const command = defineCommand(
    parent,
    'index',
    'Index the items that are not in the index of searches; make it where there is none. Searches find the same with it as without, a rare word sooner. Repeating it goes on.',
    ['persql sessions index --db agents.db', 'persql sessions index --drop --db agents.db'],
  )
  addJsonOption(addDatabaseOptions(command))
    .option('--drop', 'take the index away')
    .action((options: Options) =>
      useSessions(options, 'write', async (database) => {
        await refuseMissingTables(database)
        await (options.drop ? drop(database, options) : index(database, options))
      }),
    )
}

function index({ driver, option, tables }: Database, { json }: Options): Promise<void> {
  return untilInterrupted(async (signal) => {
    let bar: ProgressBar | undefined
    let drawn = 0
    let indexed: number
    try {
      indexed = await indexItems(driver, { ...tables, signal, onProgress })
    } finally {
      bar?.end()
    }
    const unindexed = (await countUnindexed(driver, tables)) ?? 0
    if (signal.aborted)
      note(`Interrupted; what is indexed stays so. To go on: persql sessions index${option}`)
    if (json) return printJson({ indexed, unindexed })
    const left =
      unindexed === 0 ? 'none is left' : `${unindexed.toLocaleString('en')} left, which searches read`
    await printLine(`Indexed ${count(indexed, 'item')}; ${left}.`)

    function onProgress({ done, remaining }: IndexProgress) {
      bar ??= new ProgressBar('item', done + remaining)
      bar.add(done - drawn)
      drawn = done
    }
  })
}

async function drop({ driver, tables }: Database, { json }: Options): Promise<void> {
  const dropped = (await countUnindexed(driver, tables)) !== undefined
  await dropItemIndex(driver, tables)
  if (json) return printJson({ dropped })
  await printLine(dropped ? 'Dropped the index.' : 'There is no index.')
}
