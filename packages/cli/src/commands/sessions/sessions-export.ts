import { open, rename, rm, stat } from 'node:fs/promises'
import { RawSessions } from '@persql/session-core'
import type { Command } from 'commander'
import { defineCommand } from '../../command.ts'
import { addDatabaseOptions, type DatabaseOptions, useSessions } from '../../database.ts'
import { escapeJson } from '../../terminal/neutralise.ts'
import { print } from '../../terminal/print.ts'
import { ProgressBar } from '../../terminal/progress.ts'
import type { SessionGroup } from '../../transfer/group.ts'
import { writeJsonLines } from '../../transfer/json-lines.ts'
import { readGroups } from '../../transfer/read-groups.ts'

interface Options extends DatabaseOptions {
  readonly output?: string
}

export function sessionsExportCommand(parent: Command): void {
  const command = defineCommand(
    parent,
    'export [session...]',
    'Write sessions as JSON Lines, all or the given ones: every row as it is stored, corrupt ones too, with all times.',
    [
      'persql sessions export --db agents.db -o sessions.jsonl',
      'persql sessions export user-42 | gzip > user-42.jsonl.gz',
    ],
  )
  addDatabaseOptions(command)
    .option('-o, --output <file>', 'a file, which appears when it is complete (default: standard output)')
    .action((sessionIds: string[], options: Options) =>
      useSessions(options, 'read', async (database) => {
        const total = sessionIds.length || (await new RawSessions(database.driver, database.tables).count())
        const bar = new ProgressBar('session', total)
        try {
          const pieces = writeJsonLines(counted(readGroups(database, sessionIds), bar))
          await (options.output === undefined ? writeOut(pieces) : writeFile(options.output, pieces))
        } finally {
          bar.end()
        }
      }),
    )
}

async function* counted(groups: AsyncIterable<SessionGroup>, bar: ProgressBar): AsyncGenerator<SessionGroup> {
  for await (const group of groups) {
    yield group
    bar.add(group.filter(({ isLast }) => isLast).length)
  }
}

async function writeOut(pieces: AsyncIterable<string>): Promise<void> {
  for await (const piece of pieces) await print(process.stdout.isTTY ? escapeJson(piece) : piece)
}

async function writeFile(path: string, pieces: AsyncIterable<string>): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) throw new Error(`"${path}" is a folder. Name a file in it.`)
  const unfinished = `${path}.${process.pid}.tmp`
  try {
    const file = await open(unfinished, 'wx')
    try {
      for await (const piece of pieces) await file.write(piece)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {})
    // Nobody has named the other one.
    throw error instanceof Error && 'syscall' in error ? Object.assign(error, { path }) : error
  }
}
