import { join } from 'node:path'
import { LIMITS } from '@persql/sdk/protocol'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, onTestFinished, test } from 'vitest'
import { createServer } from '../src/index.ts'
import { WorkerPool, type WorkerPoolOptions } from '../src/pool/worker-pool.ts'
import { DEFAULT_LIMITS } from '../src/server-options.ts'

function startPool(options: Partial<WorkerPoolOptions>) {
  const folder = temporaryFolder()
  const pool = new WorkerPool({
    limits: { ...DEFAULT_LIMITS, idempotencyTtlMs: LIMITS.idempotencyTtlSec * 1000 },
    min: 1,
    max: 1,
    timeoutMs: 10_000,
    waitMs: 60_000,
    memoryBytes: DEFAULT_LIMITS.memoryBytes,
    temporaryFolder: folder,
    temporaryBytes: DEFAULT_LIMITS.temporaryBytes,
    queue: 100,
    ...options,
  })
  onTestFinished(() => pool.close(0))

  async function query(name: string, sql: string, params: unknown[] = []) {
    const job = {
      operation: 'query',
      file: join(folder, `${name}.sqlite`),
      policy: { role: 'admin' },
      now: 0,
    } as const
    const { body } = await pool.run(job, Buffer.from(JSON.stringify({ sql, params })))
    return JSON.parse(Buffer.concat(body).toString()).data.rows
  }

  return { pool, query }
}

const BOMB = 'with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n'

test('runs the jobs for one database in the order of their arrival', async () => {
  const { query } = startPool({ min: 3, max: 4 })
  await query('main', 'create table t (id integer primary key, n)')
  const numbers = Array.from({ length: 50 }, (_, n) => [n])
  await Promise.all(numbers.map((params) => query('main', 'insert into t (n) values (?)', params)))
  expect(await query('main', 'select n from t order by id')).toEqual(numbers)
})

test('starts another process for those that wait, where none is kept', async () => {
  const { query } = startPool({ min: 0, max: 1, timeoutMs: 1000 })
  const bomb = query('main', BOMB)
  const waiting = query('other', 'select 1')
  await expect(bomb).rejects.toMatchObject({ reason: 'timeout' })
  expect(await waiting).toEqual([[1]])
})

test.each([
  [{ limits: { resultRows: 0 } }, 'limits.resultRows'],
  [{ limits: { statementMs: Number.NaN } }, 'limits.statementMs'],
  [{ workers: { max: 1.5 } }, 'workers.max'],
])('refuses to start with %o', async (options, name) => {
  await expect(createServer({ data: temporaryFolder(), port: 0, ...options })).rejects.toThrow(name)
})
