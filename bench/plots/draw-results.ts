import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promiseTable } from '../report.ts'
import { joinRounds, readResults } from '../results.ts'
import type { SoakResults } from '../soak/run-soak.ts'
import { soakReport } from '../soak/soak-report.ts'
import { soakPlots } from './soak-plots.ts'
import { speedPlots } from './speed-plots.ts'

const ROOT = join(import.meta.dirname, '../..')
const IMAGES = 'docs/images'
const PAGE = 'docs/benchmarks.md'
const PROMISES = place('promises')
const SOAK = place('soak')

/**
 * Writes what `bench/results` gives: the pictures, and the tables of the page. Returns the files that were something
 * else; with `check`, only returns them.
 */
export function drawResults({ check }: { readonly check: boolean }): readonly string[] {
  const runs = readResults(read('bench/results/latest.json'))
  const soak = JSON.parse(read('bench/results/soak.json')) as SoakResults
  const pictures = { ...speedPlots(joinRounds(runs)), ...soakPlots(soak) }
  const page = read(PAGE)
  for (const part of [PROMISES, SOAK]) if (!part.test(page)) throw new Error(`${PAGE} has no place ${part}.`)
  const files = new Map([
    ...Object.entries(pictures).map(([name, svg]) => [`${IMAGES}/${name}`, svg] as const),
    [PAGE, page.replace(PROMISES, promiseTable(runs)).replace(SOAK, soakReport(soak))],
  ])

  const stale = [...files].filter(
    ([file, content]) => !existsSync(join(ROOT, file)) || read(file) !== content,
  )
  if (!check) for (const [file, content] of stale) writeFileSync(join(ROOT, file), content)
  return stale.map(([file]) => file)
}

/** What is between two comments of this name. */
function place(name: string): RegExp {
  return new RegExp(`(?<=<!-- ${name} -->\\n\\n)[\\s\\S]*?(?=\\n\\n<!-- /${name} -->)`)
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}
