import type { MemoryHit } from '@persql/context'
import { type Command, Option } from 'commander'
import { addJsonOption, defineCommand } from '../../command.ts'
import type { DatabaseOptions } from '../../database.ts'
import { excerptOf } from '../../terminal/excerpt.ts'
import { formatTime } from '../../terminal/format.ts'
import { neutralise } from '../../terminal/neutralise.ts'
import { note, printJson, printLine } from '../../terminal/print.ts'
import { bold, dim } from '../../terminal/style.ts'
import {
  addDatabaseOption,
  addFilterOptions,
  type FilterOptions,
  toJsonMemory,
  useMemory,
} from './use-memory.ts'

interface Options extends DatabaseOptions, FilterOptions {
  readonly kind?: MemoryHit['kind']
  readonly json?: true
}

const BODY = 160

export function memoryRecallCommand(parent: Command): void {
  const command = defineCommand(
    parent,
    'recall <text>',
    'Find facts and episodes as an agent would, best first: words, "exact phrases", prefixes*, AND, OR and NOT.',
    [
      'persql memory recall "usual coffee" --db agents.db',
      'persql memory recall deploy --kind episode --since 30d',
    ],
  )
  addFilterOptions(addJsonOption(addDatabaseOption(command)), 10)
    .addOption(new Option('--kind <kind>', 'only this kind').choices(['fact', 'episode']))
    .action((text: string, options: Options) =>
      useMemory(options, 'read', async (memory) => {
        const { kind, type, since, until, limit } = options
        const hits = await memory.recall(text, { kinds: kind && [kind], type, since, until, limit })
        if (options.json) return printJson({ memories: hits.map(toJsonMemory) })
        for (const hit of hits) await printLine(render(hit))
        if (hits.length === 0) note('Nothing found.')
      }),
    )
}

function render({ name, description, type, body, sessionId, updatedAt }: MemoryHit): string {
  const from = sessionId === null ? '' : `  session ${neutralise(sessionId)}`
  const text = excerptOf(description === '' ? body : `${description}: ${body}`, 0, BODY).excerpt
  return `${bold(neutralise(name))}  ${dim(`${neutralise(type)}  ${formatTime(updatedAt)}${from}`)}\n  ${neutralise(text)}`
}
