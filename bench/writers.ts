import { join } from 'node:path'
import { createDatabase } from './database-files.ts'
import { itemId, TURN } from './items.ts'
import { type JsonLinesProcess, jsonLinesProcess } from './json-lines-process.ts'
import type { SharedFile, System } from './systems/system.ts'
import type { WriterJob, WriterReport } from './writer.ts'

/** What the writer processes of one system did in one round. */
export interface WritersRound {
  /** Of items that were found in the file afterwards. */
  readonly itemsPerSecond: number
  /** Appends that failed. */
  readonly errors: number
  /** Items that were acknowledged and are not there. */
  readonly lost: number
  /** Batches that have items of others between theirs. */
  readonly interleaved: number
  /** The longest append, in milliseconds. */
  readonly longest: number
}

const WRITERS = 4
const SESSION = 'shared'

/** Four processes append to one session in one file, for a fixed time; by system. */
export async function measureWriters(
  systems: readonly System[],
  rounds: number,
  milliseconds: number,
  folder: string,
): Promise<Record<string, WritersRound[]>> {
  const teams = systems.flatMap(({ name, shared }) =>
    shared
      ? [{ name, shared, processes: Array.from({ length: WRITERS }, () => jsonLinesProcess(shared.writer)) }]
      : [],
  )
  const results: Record<string, WritersRound[]> = {}
  // Round 0 warms up and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (let place = 0; place < teams.length; place++) {
      const { name, shared, processes } = teams[(place + round) % teams.length]!
      const file = join(folder, `writers-${round}-${place}.db`)
      createDatabase(file, [])
      const result = await runWriters(shared, processes, file, milliseconds)
      if (round > 0) results[name] = [...(results[name] ?? []), result]
    }
  }
  for (const { processes } of teams) await Promise.all(processes.map((child) => child.close()))
  return results
}

async function runWriters(
  shared: SharedFile,
  processes: readonly JsonLinesProcess[],
  file: string,
  milliseconds: number,
): Promise<WritersRound> {
  for (const [writer, child] of processes.entries()) {
    const job: WriterJob = {
      file,
      sessionId: SESSION,
      writer,
      milliseconds,
      appends: Number.MAX_SAFE_INTEGER,
      items: TURN,
    }
    child.send(job)
    await child.receive()
  }
  for (const child of processes) child.send('go')
  const reports = (await Promise.all(processes.map((child) => child.receive()))) as WriterReport[]
  const ids = await shared.readIds(file, SESSION)
  return {
    itemsPerSecond: ids.length / (Math.max(...reports.map(({ elapsed }) => elapsed)) / 1000),
    errors: reports.reduce((sum, { failed }) => sum + failed.length, 0),
    longest: Math.max(...reports.map(({ longest }) => longest)),
    ...compare(reports, ids),
  }
}

function compare(reports: readonly WriterReport[], ids: readonly string[]) {
  const positions = new Map(ids.map((id, position) => [id, position]))
  let lost = 0
  let interleaved = 0
  for (const [writer, { batches, failed }] of reports.entries()) {
    const failedBatches = new Set(failed.map(({ batch }) => batch))
    for (let batch = 0; batch < batches; batch++) {
      if (failedBatches.has(batch)) continue
      const found = TURN.flatMap((_, index) => positions.get(itemId(writer, batch, index)) ?? [])
      lost += TURN.length - found.length
      if (found.some((position, index) => position !== found[0]! + index)) interleaved++
    }
  }
  return { lost, interleaved }
}
