import type { Command } from 'commander'
import { addJsonOption, defineCommand } from '../../command.ts'
import type { DatabaseOptions } from '../../database.ts'
import { confirm } from '../../terminal/confirm.ts'
import { neutralise } from '../../terminal/neutralise.ts'
import { printJson, printLine } from '../../terminal/print.ts'
import { addDatabaseOption, findMemory, useMemory } from './use-memory.ts'

interface Options extends DatabaseOptions {
  readonly yes?: true
  readonly json?: true
}

export function memoryForgetCommand(parent: Command): void {
  const command = defineCommand(parent, 'forget <name...>', 'Delete facts, or episodes by their ids.', [
    'persql memory forget coffee tea --db agents.db',
  ])
  addJsonOption(addDatabaseOption(command))
    .option('-y, --yes', 'do not ask')
    .action((given: string[], options: Options) =>
      useMemory(options, 'write', async (memory, changing) => {
        const names = [...new Set(given)]
        for (const name of names) await findMemory(memory, name)
        await confirm(`This forgets ${names.join(', ')}.`, options)
        for (const name of names) await changing.forget(name)
        if (options.json) return printJson({ forgotten: names })
        await printLine(neutralise(`Forgot ${names.join(', ')}.`))
      }),
    )
}
