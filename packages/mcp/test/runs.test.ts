import { join } from 'node:path'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { RunJournal } from '@persql/session-core'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { connect } from './support/connect.ts'

test('lists runs, reads one, and decides what it waits for', async () => {
  const path = join(temporaryFolder(), 'agents.db')
  const driver = betterSqlite3Driver(path)
  const claim = await new RunJournal(driver).claim('refund-1', {
    input: 'hi',
    sessionId: 'user-1',
    agent: 'A',
  })
  await claim.record({ kind: 'model', key: '0', value: { output: [] }, startedAt: new Date() })
  const call = { callId: 'call-1', tool: 'refund', arguments: '{"amount":25}', agent: 'A' }
  await claim.end({ status: 'waiting', pending: [call], lastAgent: 'A' })
  await driver.close()

  const { call: use, client } = await connect('better-sqlite3', { path })
  const { tools } = await client.listTools()
  const decide = tools.find(({ name }) => name === 'decide_call')
  expect(decide?.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: true })
  expect((await use('list_runs', { status: 'waiting' })).data.runs).toMatchObject([
    { runId: 'refund-1', status: 'waiting', pending: 1, sessionId: 'user-1', agent: 'A' },
  ])
  expect((await use('list_runs', { status: 'done' })).data).toEqual({ runs: [] })
  const { data } = await use('read_run', { runId: 'refund-1' })
  expect(data.steps).toMatchObject([{ step: 1, kind: 'model', value: '{"output":[]}' }])
  expect(data.calls).toMatchObject([{ ...call, askedAt: expect.any(String) }])

  const decision = { runId: 'refund-1', callId: 'call-1', approve: true, by: 'ann' }
  expect((await use('decide_call', decision)).data).toEqual({ decision: 'approved', pending: 0 })
  expect(await use('decide_call', { ...decision, approve: false })).toMatchObject({
    isError: true,
    data: { error: expect.stringContaining('was approved before') },
  })
  expect(await use('read_run', { runId: 'none' })).toMatchObject({ isError: true })
})

test('finds no runs where there were none', async () => {
  const { call } = await connect('better-sqlite3')
  expect((await call('list_runs')).data).toEqual({ runs: [] })
})
