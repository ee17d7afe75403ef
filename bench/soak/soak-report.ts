import { rounded, table } from '../table.ts'
import type { SoakResults } from './run-soak.ts'

/** Of the soaks, by their name in the results. */
const TITLES: Readonly<Record<string, string>> = { local: 'two processes on one file', server: 'the server' }

/** How long the soaks took, what they did, and whether anything grew or was lost, in Markdown. */
export function soakReport({ minutes, soaks }: SoakResults): string {
  const counts = Object.entries(soaks).map(([name, { operations }]) => {
    const total = Object.values(operations).reduce((sum, count) => sum + count, 0)
    return `${total.toLocaleString('en')} operations on ${TITLES[name] ?? name}`
  })
  const faults = Object.values(soaks).reduce((sum, soak) => sum + soak.faults.length, 0)
  const rows = Object.entries(soaks).flatMap(([name, { trends }]) =>
    trends.map(({ measure, first, last, limit, isFlat }) => [
      TITLES[name] ?? name,
      measure,
      rounded(first),
      rounded(last),
      `${limit} times`,
      isFlat ? 'yes' : 'NO',
    ]),
  )
  return [
    `In ${minutes} minutes, ${counts.join(' and ')}, side by side; lost, changed or failed: ${faults === 0 ? 'nothing' : faults}.`,
    table(['of', 'median', 'first third', 'last third', 'at most', 'flat'], rows),
  ].join('\n\n')
}
