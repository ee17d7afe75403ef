import { ITEM_BYTES } from './items.ts'
import { medianRatio } from './median.ts'
import { memoryPromises } from './memory/memory-report.ts'
import type { Results } from './results.ts'
import { runPromises } from './runs.ts'
import { SEARCHED, type SearchTimes } from './search.ts'
import {
  atLeast,
  atMost,
  exactly,
  judge,
  MARGIN_OF_TIMES,
  type SpeedPromise,
  type Verdict,
} from './speed-promise.ts'
import { BARE_HTTP } from './systems/bare-http.ts'
import { LANGGRAPH } from './systems/langgraph.ts'
import { MEMORY } from './systems/memory.ts'
import { PERSQL } from './systems/persql.ts'
import { PYTHON, PYTHON_BARE, PYTHON_PERSQL, PYTHON_REMOTE } from './systems/python.ts'
import { RAW } from './systems/raw.ts'
import { REMOTE_PERSQL } from './systems/remote-persql.ts'
import { TRANSFERRED } from './transfer.ts'
import { workloadTitles } from './workloads.ts'

/** What the runs say of each promise together. */
export function verdicts(runs: readonly Results[]): readonly Verdict[] {
  const [first = [], ...others] = runs.map(speedPromises)
  return first.map((promise, place) => judge([promise, ...others.map((promises) => promises[place]!)]))
}

function speedPromises(results: Results): readonly SpeedPromise[] {
  const titles = workloadTitles()

  /** How often the time of the second fits into that of the first. */
  function ratio(key: string, first: string, second: string): number | undefined {
    const rounds = results.timings[key]
    const times = rounds?.[first]
    const others = rounds?.[second]
    return times && others && medianRatio(times, others)
  }

  function againstRaw(key: string, limit: number): SpeedPromise {
    return atMost(titles.get(key) ?? key, `at most ${limit} times RAW`, ratio(key, PERSQL, RAW), limit)
  }

  function againstBareHttp(key: string, limit: number): SpeedPromise {
    const measured = ratio(key, REMOTE_PERSQL, BARE_HTTP)
    return atMost(titles.get(key) ?? key, `at most ${limit} times ${BARE_HTTP}`, measured, limit)
  }

  function fasterThan(system: string, key: string, limit: number, margin?: number): SpeedPromise {
    return atLeast(
      `${titles.get(key) ?? key}, against ${system}`,
      `at least ${limit} times faster`,
      ratio(key, system, PERSQL),
      limit,
      margin,
    )
  }

  const inPython = (key: string) => `${titles.get(key) ?? key}, in Python`

  function pythonAgainstSdk(key: string): SpeedPromise {
    return atLeast(
      `${inPython(key)}, against ${PYTHON}`,
      'at least 2 times faster',
      ratio(key, PYTHON, PYTHON_PERSQL),
      2,
    )
  }

  function pythonAgainstBare(key: string): SpeedPromise {
    const measured = ratio(key, PYTHON_REMOTE, PYTHON_BARE)
    return atMost(inPython(key), `at most 1.3 times ${PYTHON_BARE}`, measured, 1.3)
  }

  return [
    againstRaw('turn-0', 1.1),
    againstRaw('turn-100', 0.6),
    againstRaw('turn-1000', 0.3),
    againstRaw('turn-10000', 0.2),
    againstRaw('turn-after-other', 0.4),
    againstRaw('first-read', 1.1),
    againstRaw('append', 1.2),
    fsyncs(results.fsyncs),
    ...['latest-1000', 'latest-100000', 'latest-1000000'].map((key) => againstRaw(key, 1.3)),
    flatness(results),
    againstRaw('many-sessions', 1.15),
    ...writers(results),
    // It writes nothing, so a busy disk is ours alone.
    fasterThan(MEMORY, 'turn-1000', 3, MARGIN_OF_TIMES),
    fasterThan(MEMORY, 'turn-10000', 4, MARGIN_OF_TIMES),
    ...['turn-0', 'turn-100', 'turn-1000', 'turn-10000'].map((key) => fasterThan(PYTHON, key, 2.5)),
    ...['turn-100', 'turn-1000', 'turn-10000'].map((key) => fasterThan(LANGGRAPH, key, 3)),
    againstBareHttp('remote-turn-0', 1.6),
    againstBareHttp('remote-turn-100', 0.6),
    againstBareHttp('remote-turn-1000', 0.3),
    againstBareHttp('remote-turn-10000', 0.15),
    ...['turn-0', 'turn-100', 'turn-1000'].map(pythonAgainstSdk),
    ...['remote-turn-0', 'remote-turn-100', 'remote-turn-1000'].map(pythonAgainstBare),
    ...remote(results),
    atMost(
      'resident memory, 1,000 sessions of 1,000 items in turn, from the bound on',
      'at most 1.1 times',
      results.cache && results.cache.end / results.cache.full,
      1.1,
    ),
    ...memoryPromises(results.memory),
    ...tools(results),
    ...runPromises(results.runs),
  ]
}

function fsyncs(counts: Results['fsyncs']): SpeedPromise {
  const count = typeof counts === 'string' ? undefined : counts[PERSQL]
  return exactly('fsyncs of one append', count === undefined ? undefined : [count], 1)
}

function flatness({ timings }: Results): SpeedPromise {
  const longest = timings['latest-1000000']?.[PERSQL]
  const shortest = timings['latest-1000']?.[PERSQL]
  const growth = longest && shortest && medianRatio(longest, shortest)
  return atMost('latest 20, of 1 million to of 1 thousand', 'at most 1.1 times', growth, 1.1)
}

function writers({ writers }: Results): readonly SpeedPromise[] {
  const ours = writers[PERSQL]
  const raw = writers[RAW]
  const longest = ours && Math.max(...ours.map((round) => round.longest))
  const faults = ours?.reduce((sum, { errors, lost, interleaved }) => sum + errors + lost + interleaved, 0)
  const throughput =
    ours &&
    raw &&
    medianRatio(
      ours.map(({ itemsPerSecond }) => itemsPerSecond),
      raw.map(({ itemsPerSecond }) => itemsPerSecond),
    )
  return [
    atLeast('4 writers, items per second', 'at least 0.9 of RAW', throughput, 0.9),
    exactly(
      '4 writers, errors, lost items, interleaved batches',
      faults === undefined ? undefined : [faults],
      0,
    ),
    atMost('4 writers, longest wait in ms', 'at most 60', longest, 60, MARGIN_OF_TIMES),
  ]
}

function remote({ remote: { appends, neighbours, requests, bytes } }: Results): readonly SpeedPromise[] {
  const ours = appends?.[REMOTE_PERSQL]
  const bare = appends?.[BARE_HTTP]
  const throughput = ours && bare && medianRatio(ours, bare)
  const slowdown = neighbours && medianRatio(neighbours.besideQuery, neighbours.alone)
  return [
    atLeast(
      '32 sessions on 8 databases over HTTP, appends per second',
      `at least 0.75 of ${BARE_HTTP}`,
      throughput,
      0.75,
    ),
    atMost('99th percentile of turns beside a long query', 'at most 2 times without it', slowdown, 2),
    exactly('requests of a turn over HTTP, at the socket', requests, 2),
    atMost(
      'bytes down for a turn over HTTP, 1,000 stored',
      'at most those of 8 items',
      bytes && Math.max(...bytes),
      8 * ITEM_BYTES,
    ),
  ]
}

function firstHit(word: string, times: SearchTimes['rare'] | undefined): SpeedPromise {
  return atMost(
    `first hit of a search for ${word}, ${SEARCHED.many.toLocaleString('en')} sessions`,
    `at most 2 times ${SEARCHED.few.toLocaleString('en')} sessions`,
    times && medianRatio(times.many, times.few),
    2,
  )
}

export const CONSOLE = 'first page of the console, 100,000 sessions'

function tools({ transfer, search, console }: Results): readonly SpeedPromise[] {
  const growth = typeof console === 'object' ? medianRatio(console.many, console.few) : undefined
  return [
    ...(['export', 'import'] as const).map((work) =>
      atMost(
        `persql sessions ${work}, ${TRANSFERRED.items.toLocaleString('en')} items`,
        'at most 2 times RAW',
        transfer && medianRatio(transfer.persql[work], transfer.raw[work]),
        2,
      ),
    ),
    firstHit('a frequent word', search?.frequent),
    firstHit('a rare word, with an index', search?.rare),
    atMost(CONSOLE, 'at most 2 times 100 sessions', growth, 2),
  ]
}
