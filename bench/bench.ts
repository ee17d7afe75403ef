/** What is claimed about speed, measured against others: see README.md. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { benchOptions } from './bench-options.ts'
import { drawResults } from './plots/draw-results.ts'
import { report } from './report.ts'
import { ENOUGH_RUNS, type Results, readResults, toJson } from './results.ts'
import { verdicts } from './speed-promises.ts'

const { quick, check, only, runs: count } = benchOptions()

const runs = Array.from({ length: count }, runOnce)
// One run may have met a moment at which the machine was busy. Of several the median decides.
while (check && runs.length < ENOUGH_RUNS && grossOf(runs).length > 0) runs.push(runOnce())
console.log(report(runs))

if (only === undefined && !quick && runs.length >= ENOUGH_RUNS) {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'latest.json'), toJson(runs))
  drawResults({ check: false })
}

if (check) {
  const measured = verdicts(runs).filter(({ met }) => met !== undefined)
  const gross = grossOf(runs)
  for (const { workload, wanted, median } of gross) {
    console.error(`Far from what is promised: ${workload}: ${wanted}, measured ${median}`)
  }
  console.error(`Checked ${measured.length} promises: ${gross.length || 'no'} gross regressions.`)
  process.exitCode = measured.length === 0 || gross.length > 0 ? 1 : 0
}

function grossOf(runs: readonly Results[]) {
  return verdicts(runs).filter(({ isGross }) => isGross)
}

/** In a process of its own, whose compiler and memory know nothing of the run before. */
function runOnce(): Results {
  const folder = mkdtempSync(join(tmpdir(), 'persql-bench-'))
  const file = join(folder, 'results.json')
  const options = [...(quick ? ['--quick'] : []), ...(only === undefined ? [] : ['--only', only])]
  const { status } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'measure-all.ts'), file, ...options],
    {
      stdio: 'inherit',
    },
  )
  if (status !== 0) process.exit(status ?? 130)
  const [results] = readResults(readFileSync(file, 'utf8'))
  rmSync(folder, { recursive: true })
  return results!
}
