import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { createDatabase } from './database-files.ts'

/** The time of each round in milliseconds, from the start of a process to its end. */
export interface Transfer {
  readonly raw: { readonly export: readonly number[]; readonly import: readonly number[] }
  readonly persql: { readonly export: readonly number[]; readonly import: readonly number[] }
}

export const TRANSFERRED = { sessions: 10_000, items: 200_000 }

const RAW = join(import.meta.dirname, 'raw-transfer.ts')
const PERSQL = fileURLToPath(new URL('dist/bin.js', import.meta.resolve('@persql/cli/package.json')))

const COMMANDS = {
  raw: (work: string, database: string, lines: string) => [RAW, work, database, lines],
  persql: (work: string, database: string, lines: string) =>
    work === 'export'
      ? [PERSQL, 'sessions', 'export', '--db', database, '--output', lines]
      : [PERSQL, 'sessions', 'import', lines, '--db', database],
}

const run = promisify(execFile)

/** Exports the sessions of one file, and imports them into a new one. In each round another one begins. */
export async function measureTransfer(rounds: number, folder: string): Promise<Transfer> {
  const { sessions, items } = TRANSFERRED
  const source = join(folder, 'source.db')
  createDatabase(
    source,
    Array.from({ length: sessions }, (_, index) => ({ id: `user-${index}`, items: items / sessions })),
  )
  const times = {
    raw: { export: [] as number[], import: [] as number[] },
    persql: { export: [] as number[], import: [] as number[] },
  }
  // Round 0 warms up the caches of the disk and does not count.
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? (['raw', 'persql'] as const) : (['persql', 'raw'] as const)
    const [to, lines] = [(name: string) => join(folder, `${name}.db`), (name: string) => join(folder, name)]
    for (const work of ['export', 'import'] as const) {
      for (const name of order) {
        const database = work === 'export' ? source : to(name)
        const started = performance.now()
        await run(process.execPath, COMMANDS[name](work, database, lines(name)))
        if (round > 0) times[name][work].push(performance.now() - started)
      }
    }
    for (const name of order) {
      checkRows(to(name))
      for (const suffix of ['', '-wal', '-shm']) rmSync(to(name) + suffix, { force: true })
      rmSync(lines(name))
    }
  }
  return times
}

function checkRows(file: string) {
  const db = new Database(file, { readonly: true })
  const items = db.prepare<[], number>('SELECT count(*) FROM agent_messages').pluck().get()
  db.close()
  if (items !== TRANSFERRED.items) throw new Error(`${file} has ${items} items.`)
}
