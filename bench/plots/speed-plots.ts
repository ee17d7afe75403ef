import { median, medianRatio } from '../median.ts'
import type { Results } from '../results.ts'
import { BARE_HTTP } from '../systems/bare-http.ts'
import { PERSQL } from '../systems/persql.ts'
import { RAW } from '../systems/raw.ts'
import { REMOTE_PERSQL } from '../systems/remote-persql.ts'
import { takesPart } from '../systems/system.ts'
import { time } from '../table.ts'
import { workloadTitles } from '../workloads.ts'
import { type RatioBar, type RatioGroup, ratioBars } from './ratio-bars.ts'

/** The pictures of a run of the benchmark, by file name. */
export function speedPlots(results: Results): Readonly<Record<string, string>> {
  const { cores, cpu, node } = results.machine
  const taken = `Medians of all rounds, on ${cores} cores of ${cpu}, Node ${node}. The scale is logarithmic.`
  const sql = 'the same in hand-written SQL over better-sqlite3 (RAW)'
  return {
    'bench-turn.svg': ratioBars({
      title: 'A turn: read everything, append four items',
      about: `Time as a multiple of ${sql}, which is the vertical line. To the left is faster.`,
      groups: timeGroups(results, RAW, ['turn-0', 'turn-100', 'turn-1000', 'turn-10000']),
      notes: [...durabilityNotes(results), taken],
    }),
    'bench-local.svg': ratioBars({
      title: 'Appends, latest items, many sessions',
      about: `Time as a multiple of ${sql}, which is the vertical line. To the left is faster.`,
      groups: timeGroups(results, RAW, [
        'append',
        'latest-1000',
        'latest-100000',
        'latest-1000000',
        'many-sessions',
      ]),
      notes: [taken],
    }),
    'bench-http.svg': ratioBars({
      title: 'A turn over HTTP',
      about:
        'Time as a multiple of RAW behind a bare node:http server, without tokens, roles, limits or idempotency keys, which is the vertical line. To the left is faster.',
      groups: timeGroups(results, BARE_HTTP, [
        'remote-turn-0',
        'remote-turn-100',
        'remote-turn-1000',
        'remote-turn-10000',
      ]),
      notes: [taken],
    }),
    'bench-throughput.svg': ratioBars({
      title: 'Many writers at once',
      about: 'What they get done, as a multiple of RAW, which is the vertical line. To the left is less.',
      groups: [...writerGroups(results), ...appendGroups(results)],
      notes: [...lossNotes(results), taken],
    }),
  }
}

function timeGroups({ timings }: Results, limit: string, keys: readonly string[]): readonly RatioGroup[] {
  const titles = workloadTitles()
  return keys.flatMap((key) => {
    const bySystem = timings[key]
    const ofLimit = bySystem?.[limit]
    const title = titles.get(key) ?? key
    return bySystem && ofLimit
      ? [{ heading: title, limit: `1× is ${time(median(ofLimit))}`, bars: barsOf(bySystem, limit) }]
      : []
  })
}

function writerGroups({ writers }: Results): readonly RatioGroup[] {
  const perSecond = Object.fromEntries(
    Object.entries(writers).map(([name, rounds]) => [
      name,
      rounds.map(({ itemsPerSecond }) => itemsPerSecond),
    ]),
  )
  const ofLimit = perSecond[RAW]
  if (!ofLimit) return []
  const limit = `1× is ${count(ofLimit)} items/s`
  return [{ heading: '4 processes, one session', limit, bars: barsOf(perSecond, RAW) }]
}

function lossNotes({ writers }: Results): readonly string[] {
  const losses = Object.entries(writers).flatMap(([name, rounds]) => {
    const lost = rounds.reduce((sum, round) => sum + round.lost, 0)
    return lost === 0 ? [] : `${name} lost ${lost.toLocaleString('en')}`
  })
  return [`Of the items that the 4 processes wrote, ${losses.join(', ') || 'nobody lost any'}.`]
}

function appendGroups({ remote: { appends = {} } }: Results): readonly RatioGroup[] {
  const ofLimit = appends[BARE_HTTP]
  if (!ofLimit) return []
  const limit = `1× is ${count(ofLimit)} appends/s`
  return [{ heading: '32 sessions, 8 databases, HTTP', limit, bars: barsOf(appends, BARE_HTTP) }]
}

function barsOf(bySystem: Readonly<Record<string, readonly number[]>>, limit: string): readonly RatioBar[] {
  const ofLimit = bySystem[limit] ?? []
  return Object.entries(bySystem)
    .filter(([name]) => name !== limit)
    .map(([name, values]) => ({ name, ratio: medianRatio(values, ofLimit), isOwn: OWN.includes(name) }))
    .sort((one, other) => Number(other.isOwn) - Number(one.isOwn))
}

const OWN = [PERSQL, REMOTE_PERSQL]

/** Of systems in the same process or file that keep less than RAW does. */
function durabilityNotes({ systems }: Results): readonly string[] {
  const present = systems.filter(takesPart)
  const full = present.find(({ name }) => name === RAW)?.durability
  const less = present.filter(({ durability }) => durability !== full)
  if (less.length === 0) return []
  const clauses = less.map(({ name, durability }) => `${name}: ${durability}`)
  return [`What an append survives: ${full}, except ${clauses.join('; ')}.`]
}

function count(values: readonly number[]): string {
  return Math.round(median(values)).toLocaleString('en')
}
