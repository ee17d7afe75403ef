import { expect, test } from 'vitest'
import { startServer } from './support/test-server.ts'

test('counts requests and rows by day, database and token, with their price', async () => {
  const { query, batch, call, clock, token, server } = await startServer()
  const reader = await token({ role: 'readonly' })
  await batch('main', [{ sql: 'create table t (a)' }, { sql: 'insert into t values (1), (2), (3)' }])
  const read = await query('main', 'select a from t', [], { token: reader })
  expect(read.body.meta.costUsd).toBe(0.000000515)
  await query('main', 'syntax error', [], { token: reader })
  await query('other', 'select 1')
  await server.sweep()
  clock.now += 86_400_000
  const written = await query('main', 'insert into t values (4)')
  expect(written.body.meta.costUsd).toBe(0.0000025)
  const tokens = (await call('GET', '/v1/tokens')).body.data
  const [admin, other] = tokens.map(({ id }: { id: string }) => id)
  const { body } = await call('GET', '/v1/usage')
  const bytesStored = expect.any(Number)
  const rows = [
    {
      day: '2026-03-01',
      database: 'main',
      token: admin,
      requests: 1,
      rowsRead: 0,
      rowsWritten: 3,
      costUsd: 0.0000065,
    },
    {
      day: '2026-03-01',
      database: 'main',
      token: other,
      requests: 2,
      rowsRead: 3,
      rowsWritten: 0,
      costUsd: 0.000001015,
    },
    {
      day: '2026-03-01',
      database: 'other',
      token: admin,
      requests: 1,
      rowsRead: 1,
      rowsWritten: 0,
      costUsd: 0.000000505,
    },
    {
      day: '2026-03-02',
      database: 'main',
      token: admin,
      requests: 1,
      rowsRead: 0,
      rowsWritten: 1,
      costUsd: 0.0000025,
    },
  ].map((row) => ({ ...row, bytesStored }))
  expect(body.data).toHaveLength(4)
  expect(body.data).toEqual(expect.arrayContaining(rows))
  expect(body.data[0].bytesStored).toBeGreaterThan(4096)
  const filtered = await call('GET', `/v1/usage?from=2026-03-02&database=main&token=${admin}`)
  expect(filtered.body.data).toEqual([rows[3]])
  expect((await call('GET', '/v1/usage?from=yesterday')).status).toBe(400)
})

test('keeps the counts over a restart', async () => {
  const first = await startServer()
  await first.query('main', 'select 1')
  await first.server.close()
  const second = await startServer({ data: first.data })
  const { body } = await second.call('GET', '/v1/usage', undefined, { token: first.admin })
  expect(body.data).toMatchObject([{ requests: 1, rowsRead: 1 }])
})
