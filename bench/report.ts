import { median, medianRatio } from './median.ts'
import { memoryTables } from './memory/memory-report.ts'
import { joinRounds, type Results } from './results.ts'
import { runLines } from './runs.ts'
import { CONSOLE, verdicts } from './speed-promises.ts'
import { BARE_HTTP } from './systems/bare-http.ts'
import { RAW } from './systems/raw.ts'
import { type SkippedSystem, type System, takesPart } from './systems/system.ts'
import { ABSENT, rounded, table, time } from './table.ts'
import { workloadTitles } from './workloads.ts'

/** The tables of runs, in Markdown. */
export function report(runs: readonly Results[]): string {
  const results = joinRounds(runs)
  const present = results.systems.filter(takesPart)
  return [
    machineLine(results),
    timeTable(results, present, RAW),
    writersTable(results),
    fsyncLine(results),
    timeTable(results, present, BARE_HTTP),
    ...memoryTables(results.memory),
    runLines(results.runs),
    promiseTable(runs),
    notes(results),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function machineLine({ machine, rounds, quick }: Results): string {
  const { cpu, cores, memoryGiB, system, node, fdatasync } = machine
  return [
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}, one fdatasync ${time(fdatasync)}.`,
    `${rounds} rounds${quick ? ', quick' : ''}. Times as a multiple of the first column: below 1 is faster.`,
  ].join('\n')
}

function timeTable({ timings }: Results, all: readonly System[], limit: string): string {
  const measured = [...workloadTitles()].filter(([key]) => timings[key]?.[limit])
  const systems = all.filter(({ name }) => measured.some(([key]) => timings[key]?.[name]))
  const rows = measured.map(([key, title]) => {
    const bySystem = timings[key]
    const ofLimit = bySystem?.[limit] ?? []
    const cells = systems.map(({ name }) => {
      const times = bySystem?.[name]
      if (!times) return ABSENT
      return name === limit ? `1 (${time(median(times))})` : rounded(medianRatio(times, ofLimit))
    })
    return [title, ...cells]
  })
  if (rows.length === 0) return ''
  const header = ['workload', ...systems.map(({ name }) => name)]
  return table(header, [['an append survives', ...systems.map(({ durability }) => durability)], ...rows])
}

function writersTable({ writers }: Results): string {
  const raw = writers[RAW]
  const rows = Object.entries(writers).map(([name, rounds]) => {
    const perSecond = rounds.map(({ itemsPerSecond }) => itemsPerSecond)
    const rawPerSecond = raw?.map(({ itemsPerSecond }) => itemsPerSecond)
    const sum = (part: 'errors' | 'lost' | 'interleaved') =>
      rounds.reduce((total, round) => total + round[part], 0)
    return [
      name,
      rounded(median(perSecond)),
      rawPerSecond ? rounded(medianRatio(perSecond, rawPerSecond)) : ABSENT,
      String(sum('errors')),
      String(sum('lost')),
      String(sum('interleaved')),
      time(Math.max(...rounds.map(({ longest }) => longest))),
    ]
  })
  if (rows.length === 0) return ''
  const header = [
    '4 writer processes',
    'items/s',
    'of RAW',
    'errors',
    'lost items',
    'interleaved',
    'longest wait',
  ]
  return table(header, rows)
}

function fsyncLine({ fsyncs }: Results): string {
  if (typeof fsyncs === 'string') return `Fsyncs of one append: skipped, ${fsyncs}.`
  const counts = Object.entries(fsyncs).map(([name, count]) => `${name} ${count}`)
  return counts.length === 0 ? '' : `Fsyncs of one append: ${counts.join(', ')}.`
}

export function promiseTable(runs: readonly Results[]): string {
  const rows = verdicts(runs)
    .filter(({ median }) => median !== undefined || !runs.some(({ partial }) => partial))
    .map(({ workload, wanted, median, worst, met }) => [
      workload,
      wanted,
      median === undefined ? 'not measured' : rounded(median),
      ...(runs.length === 1 ? [] : [worst === undefined ? ABSENT : rounded(worst)]),
      met === undefined ? ABSENT : met ? 'yes' : 'NO',
    ])
  if (rows.length === 0) return ''
  const measured = runs.length === 1 ? ['measured'] : [`median of ${runs.length} runs`, 'worst']
  return table(['promise', 'wanted', ...measured, 'met'], rows)
}

function notes({ systems, absences, console }: Results): string {
  return [
    ...absences,
    ...systems.flatMap((system) => (takesPart(system) ? [] : [skippedNote(system)])),
    ...(typeof console === 'string' ? [skippedNote({ name: CONSOLE, skipped: console })] : []),
  ].join('\n')
}

function skippedNote({ name, skipped }: SkippedSystem): string {
  return `${name}: SKIPPED, ${skipped}.`
}
