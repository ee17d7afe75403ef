import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createDatabase } from './database-files.ts'
import { TURN } from './items.ts'
import { jsonLinesProcess } from './json-lines-process.ts'
import type { SharedFile, System } from './systems/system.ts'
import type { WriterJob } from './writer.ts'

/** The fsyncs of one append, by system; or why they could not be counted. */
export async function countFsyncs(
  systems: readonly System[],
  folder: string,
): Promise<Record<string, number> | string> {
  const probe = spawnSync('strace', ['-f', 'true'])
  if (probe.error || probe.status !== 0) return 'strace is not here, or may not trace'
  const counts: Record<string, number> = {}
  for (const { name, shared } of systems) {
    if (!shared) continue
    // The difference leaves out what opening and closing cost; neither run is long enough for a checkpoint.
    const few = await countDuring(shared, 10, join(folder, 'fsyncs-10'))
    const many = await countDuring(shared, 60, join(folder, 'fsyncs-60'))
    counts[name] = (many - few) / 50
  }
  return counts
}

async function countDuring({ writer }: SharedFile, appends: number, path: string): Promise<number> {
  const file = `${path}-${Date.now()}.db`
  createDatabase(file, [])
  const trace = `${path}.trace`
  const child = jsonLinesProcess([
    'strace',
    '-f',
    '-e',
    'trace=fsync,fdatasync,sync_file_range',
    '-o',
    trace,
    ...writer,
  ])
  const job: WriterJob = {
    file,
    sessionId: 'traced',
    writer: 0,
    milliseconds: Number.MAX_SAFE_INTEGER,
    appends,
    items: TURN,
  }
  child.send(job)
  await child.receive()
  child.send('go')
  await child.receive()
  await child.close()
  return readFileSync(trace, 'utf8').match(/\b(?:fsync|fdatasync|sync_file_range)\(/g)?.length ?? 0
}
