import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { isStorageError, RunCatalog, RunJournal, type SqlDriver, StorageError } from '../src/index.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'

let driver: SqlDriver
let journal: RunJournal
let catalog: RunCatalog

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T00:00:00Z') })
  driver = nodeSqliteDriver(':memory:')
  journal = new RunJournal(driver)
  catalog = new RunCatalog(driver)
})

afterEach(async () => {
  await driver.close()
  vi.useRealTimers()
})

const later = (ms: number) => vi.setSystemTime(Date.now() + ms)
const model = (key: string, value: unknown = { said: key }) => ({
  kind: 'model' as const,
  key,
  value,
  startedAt: new Date(),
})
const call = (callId: string) => ({ callId, tool: 'refund', arguments: '{"amount":5}', agent: 'Support' })

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error !== undefined && !isStorageError(error)) throw error
  return error?.code
}

describe('a claim', () => {
  test('makes the run, and reads what was recorded before', async () => {
    const first = await journal.claim('r', { input: 'hi', sessionId: 's', agent: 'A', owner: 'o' })
    expect(first.run).toMatchObject({ runId: 'r', status: 'running', sessionId: 's', agent: 'A', owner: 'o' })
    expect(first.run.input).toBe('hi')
    await first.record(model('0'), 7)
    await first.record(model('1', new Uint8Array([1, 2])))
    later(30_000)

    const second = await journal.claim('r')
    expect(second.steps.map(({ step, key, value }) => [step, key, value])).toEqual([
      [1, '0', { said: '0' }],
      [2, '1', new Uint8Array([1, 2])],
    ])
    expect(second.run.historyRow).toBe(7)
    await second.record(model('2'))
    expect((await catalog.steps('r')).map(({ step }) => step)).toEqual([1, 2, 3])
  })

  test('is refused while another one holds, which each write prolongs', async () => {
    const held = await journal.claim('r', { input: 'hi' })
    later(29_999)
    expect(await codeOf(journal.claim('r'))).toBe('RUN_CLAIMED')
    await held.record(model('0'))
    later(29_999)
    expect(await codeOf(journal.claim('r'))).toBe('RUN_CLAIMED')
    await held.renew()
    later(30_000)
    expect((await journal.claim('r')).isHeld).toBe(true)
  })

  test('that was lost writes nothing', async () => {
    const old = await journal.claim('r', { input: 'hi' })
    later(30_000)
    const current = await journal.claim('r')
    for (const write of [
      () => old.record(model('0')),
      () => old.renew(),
      () => old.end({ status: 'done', output: 1 }),
      () => old.release(),
      () => old.forget(1),
      () => old.end({ status: 'waiting', pending: [call('c')] }),
    ]) {
      expect(await codeOf(write())).toBe('CLAIM_LOST')
    }
    expect(await catalog.steps('r')).toEqual([])
    expect(await catalog.approvals('r')).toEqual([])
    await current.record(model('0'))
    expect(await catalog.get('r')).toMatchObject({ status: 'running', isLost: false })
  })

  test('goes on with a run of the same session and input only', async () => {
    const claim = await journal.claim('r', { input: { a: 1 }, sessionId: 's' })
    await claim.end({ status: 'waiting', pending: [] })
    expect(await codeOf(journal.claim('r', { sessionId: 'other' }))).toBe('RUN_CONFLICT')
    expect(await codeOf(journal.claim('r', { sessionId: null }))).toBe('RUN_CONFLICT')
    expect(await codeOf(journal.claim('r', { input: { a: 2 }, sessionId: 's' }))).toBe('RUN_CONFLICT')
    expect((await catalog.get('r'))?.status).toBe('waiting')
    expect((await journal.claim('r', { input: { a: 1 }, sessionId: 's' })).isHeld).toBe(true)
  })

  test('of a run that is done only reads', async () => {
    const claim = await journal.claim('r', { input: 'hi' })
    await claim.record(model('0'))
    await claim.end({ status: 'done', output: { text: 'bye' }, lastAgent: 'B' })
    const again = await journal.claim('r', { input: 'hi' })
    expect(again.isHeld).toBe(false)
    expect(again.steps).toHaveLength(1)
    expect(again.run).toMatchObject({ status: 'done', output: { text: 'bye' }, lastAgent: 'B' })
  })

  test('that is given back leaves the run as it was', async () => {
    const claim = await journal.claim('r', { input: 'hi' })
    await claim.end({ status: 'failed', error: { name: 'TypeError', message: 'no' } })
    await (await journal.claim('r')).release()
    expect(await catalog.get('r')).toMatchObject({
      status: 'failed',
      error: { name: 'TypeError', message: 'no' },
    })
  })

  test('needs an input for a run that does not exist, and one that can be stored', async () => {
    expect(await codeOf(journal.claim('r'))).toBe('RUN_NOT_FOUND')
    expect(await codeOf(journal.claim('r', { input: () => 1 }))).toBe('INVALID_ARGUMENT')
    expect(await codeOf(journal.claim('', { input: 1 }))).toBe('INVALID_ARGUMENT')
    expect(await catalog.list()).toEqual({ runs: [] })
  })

  test('fails the run whose journal does not parse, with the number of the step and nothing of its row', async () => {
    const claim = await journal.claim('r', { input: 'hi' })
    await claim.record(model('0'))
    await claim.release()
    await driver.batch([{ sql: `update agent_run_steps set data = '{"secret'` }])
    const error: unknown = await journal.claim('r').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'RUN_UNREADABLE' })
    expect(String(error)).toContain('Step 1')
    expect(String(error)).not.toContain('secret')
    expect(await catalog.get('r')).toMatchObject({ status: 'failed' })
  })

  test('is lost to a cancellation, and to a deletion', async () => {
    const cancelled = await journal.claim('c', { input: 'hi' })
    expect(await catalog.cancel('c')).toBe(true)
    expect(await codeOf(cancelled.record(model('0')))).toBe('RUN_CANCELLED')
    expect(await codeOf(journal.claim('c'))).toBe('RUN_CANCELLED')
    expect(await catalog.cancel('c')).toBe(false)
    expect(await codeOf(catalog.cancel('none'))).toBe('RUN_NOT_FOUND')

    const deleted = await journal.claim('d', { input: 'hi' })
    expect(await catalog.delete('d')).toBe(true)
    expect(await codeOf(deleted.record(model('0')))).toBe('RUN_NOT_FOUND')
    expect(await catalog.delete('d')).toBe(false)
  })

  test('forgets steps from one on', async () => {
    const claim = await journal.claim('r', { input: 'hi', codeVersion: '1' })
    for (const key of ['0', '1', '2']) await claim.record(model(key))
    await claim.forget(2)
    expect((await catalog.steps('r')).map(({ key }) => key)).toEqual(['0'])
    await claim.restart('2')
    expect(await catalog.steps('r')).toEqual([])
    expect(await catalog.get('r')).toMatchObject({ codeVersion: '2', restarts: 1 })
  })

  test('reads a long journal in parts where the answer is too large', async () => {
    const claim = await journal.claim('r', { input: 'hi' })
    for (let n = 0; n < 100; n++) await claim.record(model(String(n)))
    await claim.release()
    const small: SqlDriver = {
      ...driver,
      batch: async (...args) => {
        const results = await driver.batch(...args)
        if (results.some(({ rows }) => rows.length > 20)) throw new StorageError('TOO_LARGE', 'Too large.')
        return results
      },
    }
    const { isHeld, steps } = await new RunJournal(small).claim('r')
    expect(isHeld).toBe(true)
    expect(steps.map(({ key }) => key)).toEqual(Array.from({ length: 100 }, (_, n) => String(n)))
  })
})

describe('a decision', () => {
  async function waiting(...callIds: string[]) {
    const claim = await journal.claim('r', { input: 'hi', sessionId: 's', owner: 'o' })
    await claim.end({ status: 'waiting', pending: callIds.map(call), lastAgent: 'Support' })
  }

  test('is made without the agent, and the run can then be recovered', async () => {
    await waiting('a', 'b')
    expect(await catalog.get('r')).toMatchObject({ status: 'waiting', pending: 2, lastAgent: 'Support' })
    expect((await catalog.pending()).map(({ callId }) => callId)).toEqual(['a', 'b'])
    expect(await catalog.pending({ owner: 'other' })).toEqual([])
    expect(await catalog.recoverable()).toEqual([])

    await catalog.decide('r', 'a', { approve: false, message: 'Too much.', by: 'ann' })
    expect((await catalog.recoverable()).map(({ runId }) => runId)).toEqual(['r'])
    const claim = await journal.claim('r')
    expect(claim.approvals).toMatchObject([
      { callId: 'a', decision: 'rejected', message: 'Too much.', decidedBy: 'ann', always: false },
      { callId: 'b', tool: 'refund', arguments: '{"amount":5}', agent: 'Support' },
    ])
    await claim.apply({ kind: 'decisions', key: 'd', value: ['a'], startedAt: new Date() }, ['a'])
    await claim.end({ status: 'waiting', pending: [call('b')] })
    expect(await catalog.recoverable()).toEqual([])
    expect(await catalog.get('r')).toMatchObject({ status: 'waiting', pending: 1 })
  })

  test('that was made first stands', async () => {
    await waiting('a')
    await catalog.decide('r', 'a', { approve: true, by: 'ann' })
    expect(await catalog.decide('r', 'a', { approve: true, by: 'ben' })).toMatchObject({ decidedBy: 'ann' })
    expect(await codeOf(catalog.decide('r', 'a', { approve: false }))).toBe('DECISION_CONFLICT')
  })

  test('is refused for what does not wait', async () => {
    await waiting('a')
    expect(await codeOf(catalog.decide('r', 'b', { approve: true }))).toBe('RUN_NOT_FOUND')
    expect(await codeOf(catalog.decide('none', 'a', { approve: true }))).toBe('RUN_NOT_FOUND')
    expect(await codeOf(catalog.decide('r', 'a', {} as never))).toBe('INVALID_ARGUMENT')
    await catalog.cancel('r')
    expect(await codeOf(catalog.decide('r', 'a', { approve: true }))).toBe('RUN_CANCELLED')
  })
})

describe('the list of runs', () => {
  test('has the newest first, in pages, by status, owner and session', async () => {
    for (let n = 0; n < 5; n++) {
      if (n === 3) later(1)
      const claim = await journal.claim(`r${n}`, {
        input: n,
        owner: n % 2 ? 'odd' : 'even',
        sessionId: `s${n % 2}`,
      })
      if (n < 2) await claim.end({ status: 'done', output: n, lastAgent: `agent ${n}` })
    }
    const first = await catalog.list({ limit: 3 })
    expect(first.runs.map(({ runId }) => runId)).toEqual(['r4', 'r3', 'r2'])
    const second = await catalog.list({ limit: 3, before: first.before })
    expect(second.runs.map(({ runId }) => runId)).toEqual(['r1', 'r0'])
    expect(second.before).toBeUndefined()

    const idsOf = async (filter: object) => (await catalog.list(filter)).runs.map(({ runId }) => runId)
    expect(await idsOf({ status: 'done' })).toEqual(['r1', 'r0'])
    expect(await idsOf({ owner: 'odd' })).toEqual(['r3', 'r1'])
    expect(await idsOf({ sessionId: 's0', status: 'running' })).toEqual(['r4', 'r2'])
    expect(await catalog.lastAgent('s1')).toBe('agent 1')
    expect(await catalog.lastAgent('none')).toBeUndefined()
    expect(await codeOf(catalog.list({ status: 'lost' as never }))).toBe('INVALID_ARGUMENT')
    expect(await codeOf(catalog.list({ limit: 0 }))).toBe('INVALID_ARGUMENT')
    expect(await codeOf(catalog.list({ before: 'x' }))).toBe('INVALID_ARGUMENT')
  })

  test('has a run that failed among those to recover once it shall be tried again', async () => {
    const claim = await journal.claim('r', { input: 'hi' })
    expect(await catalog.retry('r')).toBe(false)
    await claim.end({ status: 'failed', error: { name: 'Error', message: 'no' } })
    expect(await catalog.recoverable()).toEqual([])
    expect(await catalog.retry('r')).toBe(true)
    expect(await catalog.recoverable()).toMatchObject([{ runId: 'r' }])
    expect(await codeOf(catalog.retry('none'))).toBe('RUN_NOT_FOUND')
  })

  test('says which runs have lost their process', async () => {
    await journal.claim('r', { input: 'hi' })
    expect((await catalog.list()).runs).toMatchObject([{ status: 'running', isLost: false }])
    expect(await catalog.recoverable()).toEqual([])
    later(30_000)
    expect((await catalog.list()).runs).toMatchObject([{ status: 'running', isLost: true }])
    expect(await catalog.recoverable()).toMatchObject([{ runId: 'r' }])
  })

  test('is empty where there are no tables, and reading makes none', async () => {
    expect(await catalog.list()).toEqual({ runs: [] })
    expect(await catalog.get('r')).toBeUndefined()
    const [tables] = await driver.batch([{ sql: 'select name from sqlite_master' }])
    expect(tables?.rows).toEqual([])
  })

  test('loses what is pruned, with its journal', async () => {
    const old = await journal.claim('old', { input: 'hi' })
    await old.record(model('0'))
    await old.end({ status: 'done', output: 1 })
    const expired = await journal.claim('expired', { input: 'hi', expiresAt: new Date(Date.now() + 1000) })
    await expired.end({ status: 'waiting', pending: [call('a')] })
    later(2000)
    await (await journal.claim('new', { input: 'hi' })).end({ status: 'done', output: 1 })
    await journal.claim('busy', { input: 'hi', expiresAt: new Date(Date.now() - 1) })

    expect(await codeOf(catalog.prune({ olderThan: 'yesterday' as never }))).toBe('INVALID_ARGUMENT')
    expect(await catalog.prune({ olderThan: new Date(Date.now() - 1000) })).toBe(2)
    expect((await catalog.list()).runs.map(({ runId }) => runId).sort()).toEqual(['busy', 'new'])
    const left = await driver.batch([
      { sql: 'select count(*) from agent_run_steps' },
      { sql: 'select count(*) from agent_run_approvals' },
    ])
    expect(left.map(({ rows }) => rows[0]?.[0])).toEqual([0, 0])
  })
})
