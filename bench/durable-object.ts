/**
 * Turns inside a Durable Object, in workerd, against hand-written `sql.exec` on the same tables: ratios of one run. Prints
 * a table.
 */
import { join } from 'node:path'
import { runWorker } from '@persql/test-support/run-worker'
import { Comparison, roundsOf } from './compare.ts'

// Few enough for what is kept of all of them to stay within its bound.
const TURNS = 15
const rounds = Number(process.argv[2] ?? 24)

const worker = await runWorker(join(import.meta.dirname, 'durable-object/worker.ts'), {
  durableObjects: { TURNS: { className: 'Turns', useSQLite: true } },
})

async function ask(what: string, name: string): Promise<void> {
  const answer = await worker.dispatchFetch(`http://worker/${what}/${name}/${TURNS}`)
  if ((await answer.text()) !== 'done') throw new Error(`The worker failed: ${answer.status}.`)
}

const comparison = new Comparison()
for (const round of roundsOf(rounds)) {
  for (const which of [0, 1]) await ask('prepare', `${round}-${which}`)
}
const turns = (suffix: string, wanted: string) =>
  comparison.add(
    `${TURNS} turns with 100 stored, ${suffix}`,
    wanted,
    rounds,
    (round, which) => ask('sessions', `${round}-${which}`),
    (round, which) => ask('by-hand', `${round}-${which}`),
  )
await turns('the first of their sessions', 'at most 1.2')
await turns('the second, which keep what they read', 'reported')
await turns('the third, whose histories are kept', 'at most 1.2')
comparison.print('sessions', 'by hand')
await worker.dispose()
