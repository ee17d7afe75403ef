import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { defineCommand, withJson } from '../command.ts'
import { type DatabaseOptions, useDatabase, withDatabase } from '../database.ts'
import { ProgressBar } from '../terminal/progress.ts'
import { copyGroups } from '../transfer/copy-groups.ts'
import { readJsonLines } from '../transfer/json-lines.ts'
import { readLines } from '../transfer/read-lines.ts'
import { reportCopy } from './report-copy.ts'

interface Options extends DatabaseOptions {
  readonly overwrite?: true
  readonly incomplete?: true
  readonly json?: true
}

/** Bytes that are read at once. */
const CHUNK = 1024 * 1024

export function sessionsImportCommand(parent: Command): void {
  const command = defineCommand(
    parent,
    'import <file>',
    'Read sessions that `export` wrote; "-" is standard input. Repeating it changes nothing. Makes a file or tables that are missing.',
    [
      'persql sessions import sessions.jsonl --db agents.db',
      'gunzip -c user-42.jsonl.gz | persql sessions import -',
    ],
  )
  withJson(withDatabase(command))
    .option('--overwrite', 'replace sessions that have another history in the database')
    .option('--incomplete', 'accept an export without its last line')
    .action(async (path: string, options: Options) => {
      // Before a database is made for nothing.
      const size = path === '-' ? 0 : (await stat(path)).size
      await useDatabase(options, 'create', async (database) => {
        const bar = new ProgressBar('kB', Math.ceil(size / 1000))
        const bytes = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: CHUNK })
        const lines = readLines(counted(bytes, bar))
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

async function* counted(chunks: AsyncIterable<Uint8Array>, bar: ProgressBar): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    bar.add(Math.round(chunk.length / 1000))
    yield chunk
  }
}
