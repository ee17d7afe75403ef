const BUCKETS_MS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000]

interface Histogram {
  readonly counts: number[]
  count: number
  sum: number
}

/** Counts requests, and tells in the text format of Prometheus. Labels are routes, never names of anything. */
export class Metrics {
  /** Entries that the log did not take. */
  lostLogEntries = 0

  readonly #requests = new Map<string, number>()
  readonly #durations = new Map<string, Histogram>()

  observe(method: string, route: string, status: number, ms: number): void {
    const request = `method="${method}",route="${route}",status="${status}"`
    this.#requests.set(request, (this.#requests.get(request) ?? 0) + 1)
    const key = `method="${method}",route="${route}"`
    let histogram = this.#durations.get(key)
    if (!histogram) {
      histogram = { counts: BUCKETS_MS.map(() => 0), count: 0, sum: 0 }
      this.#durations.set(key, histogram)
    }
    histogram.count += 1
    histogram.sum += ms
    const bucket = BUCKETS_MS.findIndex((limit) => ms <= limit)
    if (bucket >= 0) histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1
  }

  /** `gauges` and `counters` are values to tell besides, by name. */
  text(gauges: Readonly<Record<string, number>>, counters: Readonly<Record<string, number>>): string {
    const lines = ['# TYPE persql_requests_total counter']
    for (const [labels, count] of this.#requests) lines.push(`persql_requests_total{${labels}} ${count}`)
    lines.push('# TYPE persql_request_duration_seconds histogram')
    for (const [labels, histogram] of this.#durations) lines.push(...durationLines(labels, histogram))
    for (const [name, value] of Object.entries(gauges)) lines.push(`# TYPE ${name} gauge`, `${name} ${value}`)
    for (const [name, value] of Object.entries(counters))
      lines.push(`# TYPE ${name} counter`, `${name} ${value}`)
    return `${lines.join('\n')}\n`
  }
}

function durationLines(labels: string, { counts, count, sum }: Histogram): string[] {
  const name = 'persql_request_duration_seconds'
  let total = 0
  const buckets = BUCKETS_MS.map((limit, index) => {
    total += counts[index] ?? 0
    return `${name}_bucket{${labels},le="${limit / 1000}"} ${total}`
  })
  return [
    ...buckets,
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${sum / 1000}`,
    `${name}_count{${labels}} ${count}`,
  ]
}
