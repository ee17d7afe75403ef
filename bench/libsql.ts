/**
 * Sessions in a file through libSQL against the same through better-sqlite3: ratios of one run. Prints a table.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { libsqlDriver } from '@persql/driver-libsql'
import { SessionStore } from '@persql/session-core'
import { Comparison, roundsOf, type Work } from './compare.ts'
import { TURN } from './items.ts'

const rounds = Number(process.argv[2] ?? 100)
const folder = mkdtempSync(join(tmpdir(), 'persql-bench-'))
const drivers = [
  libsqlDriver(`file:${join(folder, 'libsql.db')}`),
  betterSqlite3Driver(join(folder, 'better-sqlite3.db')),
] as const
const stores = drivers.map((driver) => new SessionStore(driver))
const comparison = new Comparison()

const items = (count: number) => Array.from({ length: count }, (_, n) => TURN[n % TURN.length]!)
const both = (what: string, work: Work) => comparison.add(what, 'reported', rounds, work, work)

for (const stored of [0, 100, 1_000]) {
  for (const store of stores) {
    for (const round of roundsOf(rounds)) await store.append(`turn ${stored} ${round}`, items(stored))
  }
  await both(`a turn with ${stored.toLocaleString('en')} stored`, async (round, which) => {
    await stores[which]!.read(`turn ${stored} ${round}`)
    await stores[which]!.append(`turn ${stored} ${round}`, TURN)
  })
}
await both('an append of 4', (_, which) => stores[which]!.append('append', TURN))
for (const store of stores) await store.append('long', items(10_000))
await both('the latest 20 of 10,000', (_, which) => stores[which]!.read('long', { items: 20 }))

comparison.print('libSQL', 'better-sqlite3')
for (const driver of drivers) await driver.close()
rmSync(folder, { recursive: true })
