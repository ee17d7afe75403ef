import { RunCatalog, RunJournal } from '@persql/session-core'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { afterAll, describe, expect, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'

for (const databases of everyDatabase()) {
  describe(`runs on ${databases.name}`, () => {
    afterAll(() => databases.close())

    test('are claimed, recorded, decided, listed and pruned', async () => {
      const driver = postgresDriver(await databases.urlOf('runs'))
      const journal = new RunJournal(driver, { leaseMs: 60_000 })
      const catalog = new RunCatalog(driver)
      expect(await catalog.list()).toEqual({ runs: [] })
      const startedAt = new Date()
      const claim = await journal.claim('r', { input: 'hi \u0000', sessionId: 's', agent: 'A', owner: 'o' })
      await claim.record(
        { kind: 'model', key: '0', value: { text: 'a\u0000b', bytes: new Uint8Array([0]) }, startedAt },
        7,
      )
      await expect(journal.claim('r')).rejects.toMatchObject({ code: 'RUN_CLAIMED' })
      await expect(journal.claim('r', { input: 'ho' })).rejects.toMatchObject({ code: 'RUN_CONFLICT' })
      const call = { callId: 'c', tool: 'pay', arguments: '{}', agent: 'A' }
      await claim.end({ status: 'waiting', pending: [call], lastAgent: 'A' })
      await expect(claim.renew()).rejects.toMatchObject({ code: 'CLAIM_LOST' })

      expect(await catalog.pending({ owner: 'o', sessionId: 's' })).toMatchObject([call])
      await catalog.decide('r', 'c', { approve: true, message: 'Yes.', by: 'ann' })
      await expect(catalog.decide('r', 'c', { approve: false })).rejects.toMatchObject({
        code: 'DECISION_CONFLICT',
      })
      expect(await catalog.recoverable()).toMatchObject([{ runId: 'r' }])

      const again = await journal.claim('r', { sessionId: 's' })
      expect(again.run).toMatchObject({ input: 'hi \u0000', historyRow: 7 })
      expect(again.steps).toMatchObject([
        { step: 1, value: { text: 'a\u0000b', bytes: new Uint8Array([0]) } },
      ])
      await again.apply({ kind: 'decisions', key: 'd', value: ['c'], startedAt }, ['c'])
      await again.forget(2)
      await again.restart('2')
      await again.end({ status: 'failed', error: { name: 'Error', message: 'no' } })
      expect(await catalog.retry('r')).toBe(true)
      const last = await journal.claim('r')
      await last.end({ status: 'done', output: { n: 1 }, lastAgent: 'B' })
      expect((await journal.claim('r')).isHeld).toBe(false)
      expect(await catalog.get('r')).toMatchObject({
        status: 'done',
        output: { n: 1 },
        restarts: 1,
        codeVersion: '2',
      })
      expect(await catalog.lastAgent('s')).toBe('B')

      for (const runId of ['a', 'b']) await journal.claim(runId, { input: 1 })
      const first = await catalog.list({ limit: 2 })
      const second = await catalog.list({ limit: 2, before: first.before, status: 'done' })
      expect([...first.runs, ...second.runs].map(({ runId }) => runId).sort()).toEqual(['a', 'b', 'r'])
      expect(await catalog.cancel('a')).toBe(true)
      expect(await catalog.delete('b')).toBe(true)
      expect(await catalog.prune({ olderThan: new Date(Date.now() + 60_000) })).toBe(2)
      expect(await catalog.list()).toEqual({ runs: [] })
      await driver.close()
    })
  })
}
