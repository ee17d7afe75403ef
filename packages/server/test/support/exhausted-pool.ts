// Uses up all descriptors of this process, gives a job to a pool, and gives them back once no worker could start.
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WorkerPool } from '../../src/pool/worker-pool.ts'
import { DEFAULT_LIMITS } from '../../src/server-options.ts'
import { joined } from '../../src/worker/wire/frame.ts'

const folder = mkdtempSync(join(tmpdir(), 'persql-exhausted-'))
const pool = new WorkerPool({
  limits: { ...DEFAULT_LIMITS, idempotencyTtlMs: 1000 },
  min: 1,
  max: 2,
  timeoutMs: 10_000,
  waitMs: 60_000,
  memoryBytes: DEFAULT_LIMITS.memoryBytes,
  temporaryFolder: folder,
  temporaryBytes: DEFAULT_LIMITS.temporaryBytes,
  queue: 10,
})
const job = (name: string) =>
  ({ operation: 'query', file: join(folder, name), policy: { role: 'admin' }, now: 0 }) as const
const run = async (name: string, sql: string) => {
  const { body } = await pool.run(job(name), Buffer.from(JSON.stringify({ sql })))
  return JSON.parse(joined(body).toString())
}
await run('a', 'select 1')
const taken: number[] = []
try {
  for (;;) taken.push(openSync('/dev/null', 'r'))
} catch {}
// The one worker is busy, so the other job needs another one.
const busy = run(
  'a',
  'with recursive n (i) as (select 1 union all select i + 1 from n limit 3000000) select count(*) from n',
)
const other = run('b', 'select 2')
while (pool.notStarted === 0) await new Promise((resolve) => setTimeout(resolve, 5))
for (const descriptor of taken) closeSync(descriptor)
console.log(JSON.stringify([(await busy).data.rows, (await other).data.rows]))
await pool.close(1000)
rmSync(folder, { recursive: true, force: true })
