import { createHash } from 'node:crypto'
import { openMemory } from '@persql/context'
import { describeMemoryStore } from '@persql/context/testing'
import type { Fetch } from '@persql/sdk'
import { expect, test } from 'vitest'
import { persqlDriver } from '../src/index.ts'
import { remote } from './support/remote.ts'

const { client } = await remote()

describeMemoryStore({
  name: 'PerSQL over HTTP',
  create(location) {
    const slug = createHash('sha256').update(location).digest('hex').slice(0, 32)
    return persqlDriver(client().database('acme', slug))
  },
})

test('is one request for the first operation of a memory, and for each after it', async () => {
  let requests = 0
  const fetch: Fetch = (...args) => {
    requests += 1
    return globalThis.fetch(...args)
  }
  const memory = openMemory(client({ fetch }).database('acme/memory-requests'))
  await memory.remember({ name: 'tea', body: 'green tea' })
  expect(requests).toBe(1)
  expect(await memory.recall('tea')).toHaveLength(1)
  expect(requests).toBe(2)
})

test('works with a token that may write but not make tables, once somebody has made them', async () => {
  const admin = client()
  const database = admin.database('acme/memory-roles')
  await openMemory(database).remember({ name: 'tea', body: '緑茶 green tea' })
  const { token } = await admin.tokens.create('writer', { role: 'readwrite' })
  const memory = openMemory(client({ token }).database('acme/memory-roles'))
  await memory.remember({ name: 'coffee', body: 'コーヒー' })
  await memory.record({ body: 'made coffee' })
  await memory.working('run').set('key', 1)
  expect(await memory.recall('コーヒー')).toMatchObject([{ name: 'coffee' }])
  expect(await memory.recall('緑茶')).toMatchObject([{ name: 'tea' }])
})

test('can be read with a token that only reads, which is refused to write', async () => {
  const admin = client()
  await openMemory(admin.database('acme/memory-reader')).remember({ name: 'tea', body: 'green tea' })
  const { token } = await admin.tokens.create('reader', { role: 'readonly' })
  const memory = openMemory(client({ token }).database('acme/memory-reader'))
  expect(await memory.recall('tea')).toHaveLength(1)
  expect(await memory.index()).toHaveLength(1)
  await expect(memory.remember({ name: 'x', body: 'y' })).rejects.toMatchObject({ code: 'READ_ONLY' })
})

test('says what to do where the tables are missing and the token may not make them', async () => {
  const admin = client()
  await admin.database('acme/memory-empty').query('create table other (id)')
  const { token } = await admin.tokens.create('writer', { role: 'readwrite' })
  const memory = openMemory(client({ token }).database('acme/memory-empty'))
  expect(await memory.recall('tea')).toEqual([])
  await expect(memory.remember({ name: 'x', body: 'y' })).rejects.toMatchObject({
    code: 'NO_SUCH_TABLE',
    message: expect.stringContaining('init()'),
  })
})

test('is made on a branch with the schema, and gone with it', async () => {
  const parent = client().database('acme/memory-branches')
  await openMemory(parent).remember({ name: 'tea', body: '緑茶 green tea' })
  const claim = await parent.branches.claim({ ref: 'run/1', role: 'write' })
  const leased = client({ token: claim.token }).database('acme', claim.databaseSlug)
  const memory = openMemory(leased)
  expect(await memory.recall('tea')).toEqual([])
  await memory.remember({ name: 'scratch', body: '東京駅 station' })
  await memory.working('run').set('key', 1)
  expect(await memory.recall('東京')).toMatchObject([{ name: 'scratch' }])
  expect(await memory.recall('stations')).toMatchObject([{ name: 'scratch' }])
  await parent.branches.delete('run/1')
  await expect(memory.recall('station')).rejects.toMatchObject({ code: 'CANNOT_OPEN' })
  expect(await openMemory(parent).recall('station')).toEqual([])
})
