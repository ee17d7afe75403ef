/**
 * What an index of items costs: `node bench/index-cost.ts [sessions]` prints how long it takes to make one, what it adds
 * to the file and to an append, and how much sooner it finds a word that one item holds.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { generateSessions } from '@persql/e2e/support/generate-sessions.ts'
import { indexItems, SessionStore, searchItems } from '@persql/session-core'
import { TURN } from './items.ts'
import { median } from './median.ts'
import { table } from './table.ts'

const SESSIONS = Number(process.argv[2] ?? 20_000)
const WARM_UP = 50
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

const searches = await inTurns(SEARCHES, 2, async (name) => {
  const { hits } = await searchItems(drivers[name], [WORD], { limit: 1 })
  if (hits.length !== 1) throw new Error(`No item holds "${WORD}".`)
})
const appends = await inTurns(APPENDS, WARM_UP, (name, round) =>
  new SessionStore(drivers[name]).append(`session-${round % 200}`, TURN),
)
await Promise.all(names.map((name) => drivers[name].close()))

const perThousand = (making / items) * 1000
console.log(
  `${items.toLocaleString('en')} items indexed, ${perThousand.toFixed(0)} ms for a thousand of them.`,
)
console.log(
  table(
    ['what', 'without index', 'with index', 'ratio'],
    [
      ['size of the file', megabytes(bytes.without), megabytes(bytes.with), ratio(bytes)],
      ['append of 4 items', milliseconds(appends.without), milliseconds(appends.with), ratio(appends)],
      [
        'a word that one item holds',
        milliseconds(searches.without),
        milliseconds(searches.with),
        ratio(searches),
      ],
    ],
  ),
)

/** The median time of each, in milliseconds. */
async function inTurns(
  rounds: number,
  warmUp: number,
  work: (name: (typeof names)[number], round: number) => Promise<unknown>,
): Promise<typeof bytes> {
  const times = { without: [] as number[], with: [] as number[] }
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const start = performance.now()
      await work(name, round)
      if (round >= warmUp) times[name].push(performance.now() - start)
    }
  }
  return { without: median(times.without), with: median(times.with) }
}

async function bytesOf(name: (typeof names)[number]): Promise<number> {
  await drivers[name].batch([{ sql: 'pragma wal_checkpoint(truncate)' }])
  return statSync(files[name]).size
}

function ratio(values: typeof bytes): string {
  return (values.with / values.without).toFixed(2)
}

function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`
}

function megabytes(value: number): string {
  return `${(value / 1e6).toFixed(1)} MB`
}
