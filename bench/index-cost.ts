/**
 * What an index of items costs: `node bench/index-cost.ts [sessions]` prints how long it takes to make one, what it adds
 * to the file and to an append, and how much sooner it finds a word that one item holds.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { generateSessions } from '@persql/e2e/support/generate-sessions.ts'
import { indexItems, SessionStore, type SqlDriver, searchItems } from '@persql/session-core'
import { Comparison } from './compare.ts'
import { TURN } from './items.ts'

const SESSIONS = Number(process.argv[2] ?? 20_000)
const APPENDS = 1000
const SEARCHES = 20
const WORD = 'zeugma'

// Beside the project, because the folder for temporary files is often in memory, where an fsync costs nothing.
const folder = mkdtempSync(join(import.meta.dirname, 'tmp-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const names = ['without', 'with'] as const
const files = { without: join(folder, 'without.db'), with: join(folder, 'with.db') }
const drivers = { without: betterSqlite3Driver(files.without), with: betterSqlite3Driver(files.with) }
for (const name of names) {
  await new SessionStore(drivers[name]).append('first', [{ role: 'user', content: WORD }])
  await generateSessions(drivers[name], { sessions: SESSIONS, now: new Date() })
}
const started = performance.now()
const items = await indexItems(drivers.with)
const making = performance.now() - started
const bytes = { without: await bytesOf('without'), with: await bytesOf('with') }

const comparison = new Comparison()
await comparison.add(
  'a word that one item holds',
  'reported',
  SEARCHES,
  () => search(drivers.with),
  () => search(drivers.without),
)
await comparison.add(
  'append of 4 items',
  'reported',
  APPENDS,
  (round) => append(drivers.with, round),
  (round) => append(drivers.without, round),
)
await Promise.all(names.map((name) => drivers[name].close()))

const perThousand = (making / items) * 1000
const size = (bytes.with / bytes.without).toFixed(2)
console.log(
  `${items.toLocaleString('en')} items indexed, ${perThousand.toFixed(0)} ms for a thousand of them; the file is ${size} times as large.`,
)
comparison.print('with index', 'without')

async function search(driver: SqlDriver): Promise<void> {
  const { hits } = await searchItems(driver, [WORD], { limit: 1 })
  if (hits.length !== 1) throw new Error(`No item holds "${WORD}".`)
}

function append(driver: SqlDriver, round: number): Promise<void> {
  return new SessionStore(driver).append(`session-${Math.abs(round) % 200}`, TURN)
}

async function bytesOf(name: (typeof names)[number]): Promise<number> {
  await drivers[name].batch([{ sql: 'pragma wal_checkpoint(truncate)' }])
  return statSync(files[name]).size
}
