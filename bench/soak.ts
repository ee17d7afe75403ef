/**
 * Whether anything grows under a mixed load that keeps the stored data steady, and whether anything is lost:
 * `node bench/soak.ts [--minutes 30] [--only local]`. See README.md.
 *
 * Ends with status 1 where something did. Without `--only`, writes `results/soak.json` and its plots.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine, isInMemory } from './machine.ts'
import { drawResults } from './plots/draw-results.ts'
import { roundedJson } from './results.ts'
import { SOAKS, type Soak, type SoakResults } from './soak/run-soak.ts'
import { rounded } from './table.ts'

const WINDOWS = 30

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, only: { type: 'string' } },
})
const minutes = Number(values.minutes)
const chosen = Object.entries(SOAKS).filter(([name]) => values.only === undefined || values.only === name)
if (!(minutes > 0) || chosen.length === 0) throw new Error('--minutes is a number, --only local or server.')

// Beside the project, because the folder for temporary files is often in memory, where an fsync costs nothing.
const folder = mkdtempSync(join(import.meta.dirname, 'tmp-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
process.on('SIGINT', () => process.exit(130))
if (isInMemory(folder)) console.error('This folder is in memory: an fsync costs nothing here.')

console.error(`${chosen.map(([name]) => name).join(' and ')}, ${minutes} minutes ...`)
const options = { windows: WINDOWS, windowMilliseconds: (minutes * 60_000) / WINDOWS, folder }
const runs = chosen.map(async ([name, run]) => [name, await run(options)] as const)
const soaks: Record<string, Soak> = Object.fromEntries(await Promise.all(runs))
for (const [name, soak] of Object.entries(soaks)) console.log(`\n${describe(name, soak)}`)

if (values.only === undefined) {
  const results: SoakResults = { machine: describeMachine(folder), minutes, soaks }
  writeFileSync(join(import.meta.dirname, 'results/soak.json'), roundedJson(results))
  drawResults({ check: false })
}
const isGood = Object.values(soaks).every(
  ({ faults, trends }) => faults.length === 0 && trends.every(({ isFlat }) => isFlat),
)
process.exitCode = isGood ? 0 : 1

function describe(name: string, { operations, faults, trends }: Soak): string {
  const counts = Object.entries(operations).map(([operation, count]) => `${operation} ${count}`)
  return [
    `${name}: ${counts.join(', ')}`,
    ...trends.map(({ measure, first, last, limit, isFlat }) =>
      [
        `  ${measure.padEnd(30)} ${rounded(first).padStart(7)} ${rounded(last).padStart(7)}`,
        `at most ${limit} times: ${isFlat ? 'yes' : 'NO'}`,
      ].join('   '),
    ),
    `  lost, changed or failed: ${faults.length === 0 ? 'nothing' : faults.join('\n    ')}`,
  ].join('\n')
}
