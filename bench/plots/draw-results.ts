import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reachTable } from '../report.ts'
import { readResults } from '../results.ts'
import type { SoakResults } from '../soak/run-soak.ts'
import { soakPlots } from './soak-plots.ts'
import { speedPlots } from './speed-plots.ts'

const ROOT = join(import.meta.dirname, '../..')
const IMAGES = 'docs/images'
const PAGE = 'docs/benchmarks.md'
const TABLE = /(?<=<!-- reaches -->\n\n)[\s\S]*?(?=\n\n<!-- \/reaches -->)/

/**
 * Writes what `bench/results` gives: the pictures, and the table of the page. Returns the files that were something
 * else; with `check`, only returns them.
 */
export function drawResults({ check }: { readonly check: boolean }): readonly string[] {
  const results = readResults(read('bench/results/latest.json'))
  const soak = JSON.parse(read('bench/results/soak.json')) as SoakResults
  const pictures = { ...speedPlots(results), ...soakPlots(soak) }
  const page = read(PAGE)
  if (!TABLE.test(page)) throw new Error(`${PAGE} has no place for the table.`)
  const files = new Map([
    ...Object.entries(pictures).map(([name, svg]) => [`${IMAGES}/${name}`, svg] as const),
    [PAGE, page.replace(TABLE, reachTable(results))],
  ])

  const stale = [...files].filter(
    ([file, content]) => !existsSync(join(ROOT, file)) || read(file) !== content,
  )
  if (!check) for (const [file, content] of stale) writeFileSync(join(ROOT, file), content)
  return stale.map(([file]) => file)
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}
