/**
 * Draws the committed results: `node bench/plot.ts` writes the pictures of `docs/images` and the tables of
 * `docs/benchmarks.md`. With `--check`, writes nothing and ends with status 1 where they are not what the results give.
 */
import { drawResults } from './plots/draw-results.ts'

const check = process.argv.includes('--check')
const changed = drawResults({ check })
for (const file of changed) console.log(`${file}${check ? ' is not what bench/results gives' : ''}`)
if (check) {
  console.log(`Plots: ${changed.length === 0 ? 'no problems.' : 'run node bench/plot.ts'}`)
  process.exitCode = changed.length === 0 ? 0 : 1
}
