import type { Episode, MemoryHit, MemoryStore } from '@persql/context'
import type { Command } from 'commander'
import { addJsonOption, defineCommand } from '../../command.ts'
import type { DatabaseOptions } from '../../database.ts'
import { formatTime } from '../../terminal/format.ts'
import { neutralise, neutraliseLines } from '../../terminal/neutralise.ts'
import { printJson, printLine } from '../../terminal/print.ts'
import { bold } from '../../terminal/style.ts'
import { addDatabaseOption, findMemory, toJsonMemory, useMemory } from './use-memory.ts'

interface Options extends DatabaseOptions {
  readonly json?: true
}

export function memoryShowCommand(parent: Command): void {
  const command = defineCommand(
    parent,
    'show <name>',
    'Show a fact, or an episode by its id: where it comes from, and all of its text.',
    ['persql memory show coffee --db agents.db'],
  )
  addJsonOption(addDatabaseOption(command)).action((name: string, options: Options) =>
    useMemory(options, 'read', async (memory) => {
      const found = await findMemory(memory, name)
      const rows = await rowsOf(memory, found)
      if (options.json) return printJson({ ...toJsonMemory(found), ...(rows && { rows }) })
      await printLine(bold(neutralise(found.name)))
      for (const line of provenance(found, rows)) await printLine(neutralise(line))
      await printLine()
      await printLine(neutraliseLines(found.body))
    }),
  )
}

/** The rows of the session that a distilled episode sums up. */
async function rowsOf(memory: MemoryStore, { id, kind, updatedAt }: MemoryHit): Promise<Episode['rows']> {
  if (kind === 'fact') return null
  const until = new Date(updatedAt.getTime() + 1)
  const episodes = await memory.episodes({ since: updatedAt, until, limit: Number.MAX_SAFE_INTEGER })
  return episodes.find((episode) => episode.id === id)?.rows ?? null
}

function provenance(hit: MemoryHit, rows: Episode['rows']): string[] {
  const { kind, type, description, outcome, sessionId, runId, source, createdAt, updatedAt } = hit
  const times =
    kind === 'fact'
      ? `Learnt:    ${formatTime(createdAt)}, last changed ${formatTime(updatedAt)}`
      : `Happened:  ${formatTime(updatedAt)}`
  const lines = [
    `Type:      ${type}`,
    description && `About:     ${description}`,
    outcome && `Outcome:   ${outcome}`,
    sessionId && `Session:   ${sessionId}${rows ? `, rows ${rows.first} to ${rows.last}` : ''}`,
    runId && `Run:       ${runId}`,
    source && `Source:    ${source}`,
    times,
  ]
  return lines.filter((line): line is string => Boolean(line))
}
