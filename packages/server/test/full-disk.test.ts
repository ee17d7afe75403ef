import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CAN_MOUNT, smallDisk } from './support/small-disk.ts'
import { startServer, type TestServer } from './support/test-server.ts'

const FULL = [507, 'disk_full']

async function outcome(call: ReturnType<TestServer['call']>) {
  const { status, body } = await call
  return [status, body.errorDetail?.kind]
}

test.skipIf(!CAN_MOUNT)(
  'on a full disk (needs mount), reads, revokes and deletes go on, and what needs room is answered with 507',
  async () => {
    const disk = smallDisk(8)
    const { call, query, data } = await startServer({ data: join(disk.folder, 'data') })
    await query('main', 'create table t (a)')
    await query('main', 'insert into t values (1)')
    await query('large', 'create table t (a)')
    await query('large', 'insert into t values (zeroblob(100000))')
    await call('PUT', '/v1/db/acme/main/branches/b', {})
    const ids: string[] = []
    for (let count = 0; count < 20; count++) {
      ids.push((await call('POST', '/v1/tokens', { name: 'x', role: 'readonly' })).body.data.id)
    }
    const { token, id } = (await call('POST', '/v1/tokens', { name: 'x', role: 'readonly' })).body.data
    disk.fill()

    expect(await outcome(query('main', 'insert into t values (zeroblob(100000))'))).toEqual(FULL)
    expect(await outcome(call('POST', '/v1/tokens', { name: 'x' }))).toEqual(FULL)
    expect(await outcome(call('POST', '/v1/databases', { name: 'x', slug: 'x' }))).toEqual(FULL)
    expect(await outcome(query('new', 'select 1'))).toEqual(FULL)
    expect(await outcome(call('PUT', '/v1/db/acme/main/branches/c', {}))).toEqual(FULL)
    expect(await outcome(call('POST', '/v1/db/acme/main/branches/claim', {}))).toEqual(FULL)
    expect((await query('main', 'select * from t')).body.data.rows).toEqual([[1]])
    expect((await call('GET', '/v1/usage')).status).toBe(200)

    expect(await outcome(call('DELETE', `/v1/tokens/${id}`))).toEqual([200, undefined])
    expect((await call('GET', '/v1/me', undefined, { token })).status).toBe(401)
    for (const id of ids) expect(await outcome(call('DELETE', `/v1/tokens/${id}`))).toEqual([200, undefined])
    expect(await outcome(call('DELETE', '/v1/db/acme/main/branches/b'))).toEqual([200, undefined])
    expect(await outcome(call('DELETE', '/v1/databases/large'))).toEqual([200, undefined])
    expect((await call('GET', '/v1/databases')).body.data).toHaveLength(1)
    expect(readdirSync(join(data, 'databases')).filter((name) => name.endsWith('.sqlite'))).toHaveLength(1)
    expect(await outcome(query('main', 'insert into t values (2)'))).toEqual([200, undefined])
  },
)

test.skipIf(!CAN_MOUNT)('on a full disk (needs mount), the server starts and can be read', async () => {
  const disk = smallDisk(8)
  const data = join(disk.folder, 'data')
  const first = await startServer({ data })
  await first.query('main', 'create table t (a)')
  await first.query('main', 'insert into t values (1)')
  const { token, id } = (await first.call('POST', '/v1/tokens', { name: 'x' })).body.data
  await first.server.close()
  disk.fill()

  const adminToken = first.admin
  const { call, query } = await startServer({ data, adminToken })
  expect((await query('main', 'select * from t')).body.data.rows).toEqual([[1]])
  expect((await call('GET', '/v1/db/acme/main/tables')).body.data).toMatchObject([{ name: 't' }])
  expect(await outcome(query('main', 'insert into t values (zeroblob(100000))'))).toEqual(FULL)
  expect((await query('main', 'select * from t')).body.data.rows).toEqual([[1]])
  expect(await outcome(call('DELETE', `/v1/tokens/${id}`))).toEqual([200, undefined])
  expect((await call('GET', '/v1/me', undefined, { token })).status).toBe(401)

  disk.makeRoom()
  expect(await outcome(query('main', 'insert into t values (2)'))).toEqual([200, undefined])
  expect((await query('main', 'select * from t')).body.data.rows).toEqual([[1], [2]])
})
