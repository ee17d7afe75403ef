import { openDriver, RunJournal } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { beforeEach, expect, test } from 'vitest'
import { json, output, persql } from './support/persql.ts'

const AT = Date.UTC(2026, 0, 31, 23, 59, 59)

let db: string

/** Runs of each status, all of one time, so that output can be compared. */
beforeEach(async () => {
  db = temporaryPaths()('agents.db')
  const driver = await openDriver(db)
  const journal = new RunJournal(driver)
  const begin = (runId: string) =>
    journal.claim(runId, { input: 'hi', sessionId: 'user-1', agent: 'Support', owner: 'acme' })
  const waiting = await begin('refund-1')
  await waiting.record({
    kind: 'model',
    key: 'model 0',
    agent: 'Support',
    value: { output: [] },
    startedAt: new Date(AT),
  })
  const call = (callId: string) => ({ callId, tool: 'refund', arguments: '{"amount":25}', agent: 'Support' })
  await waiting.end({ status: 'waiting', pending: [call('call-1'), call('call-2')], lastAgent: 'Support' })
  await (await begin('trip-1')).end({ status: 'failed', error: { name: 'Error', message: 'down\u001b[31m' } })
  await (await begin('talk-1')).end({ status: 'done', output: 'Bye.', lastAgent: 'Other' })
  await driver.batch([
    { sql: 'update agent_runs set created_at = ?, updated_at = ?', params: [AT, AT] },
    { sql: 'update agent_run_steps set started_at = ?, ended_at = ?', params: [AT, AT + 1200] },
    { sql: 'update agent_run_approvals set asked_at = ?', params: [AT] },
  ])
  await driver.close()
})

test('lists runs as a table and as JSON', async () => {
  expect(await output(['runs', 'list', '--db', db])).toMatchInlineSnapshot(`
    "run	status	pending	agent	session	began	last activity
    trip-1	failed	0	Support	user-1	2026-01-31 23:59:59	2026-01-31 23:59:59
    talk-1	done	0	Other	user-1	2026-01-31 23:59:59	2026-01-31 23:59:59
    refund-1	waiting	2	Support	user-1	2026-01-31 23:59:59	2026-01-31 23:59:59
    "
  `)
  const { runs } = await json<{ runs: { runId: string; createdAt: string }[] }>([
    'runs',
    'list',
    '--status',
    'done',
    '--owner',
    'acme',
    '--session',
    'user-1',
    '--db',
    db,
  ])
  expect(runs).toMatchObject([{ runId: 'talk-1', output: 'Bye.', createdAt: '2026-01-31T23:59:59Z' }])
  expect((await persql(['runs', 'list', '--status', 'lost', '--db', db])).status).toBe(2)
})

test('shows a run with its steps, and what waits', async () => {
  expect(await output(['runs', 'show', 'refund-1', '--follow', '--db', db])).toMatchInlineSnapshot(`
    "refund-1, waiting, session user-1
       1  2026-01-31 23:59:59     1200 ms  model, Support
    call-1  refund {"amount":25}, Support: waits
    call-2  refund {"amount":25}, Support: waits
    "
  `)
  expect(await output(['runs', 'show', 'trip-1', '--db', db])).not.toContain('\u001b')
  expect(await output(['runs', 'show', 'talk-1', '--db', db])).toContain('Output: "Bye."')
  const { status, stderr } = await persql(['runs', 'show', 'none', '--db', db])
  expect([status, stderr]).toEqual([1, expect.stringContaining('There is no run "none"')])
})

test('approves and rejects what waits, once', async () => {
  const which = await persql(['runs', 'approve', 'refund-1', '--db', db])
  expect([which.status, which.stderr]).toEqual([2, expect.stringContaining('Which call? call-1, call-2')])
  expect(await output(['runs', 'approve', 'refund-1', 'call-1', '--by', 'ann', '--db', db])).toBe(
    'Approved call-1. 1 call still waits.\n',
  )
  const contrary = await persql(['runs', 'reject', 'refund-1', 'call-1', '--db', db])
  expect([contrary.status, contrary.stderr]).toEqual([1, expect.stringContaining('was approved before')])
  const { approvals } = await json<{ approvals: unknown[] }>([
    'runs',
    'reject',
    'refund-1',
    '--message',
    'No.',
    '--always',
    '--db',
    db,
  ])
  expect(approvals).toMatchObject([{ callId: 'call-2', decision: 'rejected', message: 'No.', always: true }])
})

test('retries, cancels and prunes', async () => {
  expect(await output(['runs', 'retry', 'trip-1', '--db', db])).toBe('A worker may go on with trip-1.\n')
  expect(await output(['runs', 'list', '--status', 'running', '--db', db])).toContain('lost')
  expect((await persql(['runs', 'cancel', 'trip-1', '--db', db])).status).toBe(2)
  expect(await output(['runs', 'cancel', 'trip-1', '--yes', '--db', db])).toBe('Cancelled trip-1.\n')
  expect(await output(['runs', 'cancel', 'trip-1', '--yes', '--db', db])).toBe('trip-1 had ended before.\n')
  expect(await json(['runs', 'prune', '--older-than', '1d', '--yes', '--db', db])).toEqual({ removed: 1 })
})

test('says that there is no such run, before it asks, and no runs at all', async () => {
  const empty = temporaryPaths()('b.db')
  await (await openDriver(empty)).batch([{ sql: 'create table x (y)' }])
  for (const [at, runId] of [
    [db, 'nope'],
    [empty, 'refund-1'],
  ] as const) {
    for (const args of [
      ['show', runId],
      ['approve', runId],
      ['reject', runId, 'call-1'],
      ['retry', runId],
      ['cancel', runId],
    ]) {
      expect(await persql(['runs', ...args, '--db', at]), args[0]).toEqual({
        status: 1,
        stdout: '',
        stderr: `persql: There is no run "${runId}".\n`,
      })
    }
  }
  expect(await json(['runs', 'prune', '--older-than', '30d', '--yes', '--db', empty])).toEqual({ removed: 0 })
})
