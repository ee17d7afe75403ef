import { expect } from 'vitest'
import type { TestCase } from './memory-store-case.ts'

export function workingCases(test: TestCase): void {
  test('keeps keys and values for a run', async ({ store }) => {
    const working = store().working('run-1')
    await working.set('plan', { steps: ['a', 'b'], done: 1 })
    await working.set('note', 'über 東京')
    await working.set('nothing', null)
    await working.set('note', 'changed')
    expect(await working.get('plan')).toEqual({ steps: ['a', 'b'], done: 1 })
    expect(await working.get('nothing')).toBeNull()
    expect(await working.get('other')).toBeUndefined()
    expect(await working.entries()).toEqual([
      ['note', 'changed'],
      ['nothing', null],
      ['plan', { steps: ['a', 'b'], done: 1 }],
    ])
  })

  test('keeps runs apart, and ends them one by one', async ({ store }) => {
    const memory = store()
    await memory.working('one').set('key', 1)
    await memory.working('two').set('key', 2)
    await memory.working('one').end()
    expect(await memory.working('one').entries()).toEqual([])
    expect(await memory.working('two').get('key')).toBe(2)
    expect(await memory.working('two').delete('key')).toBe(true)
    expect(await memory.working('two').delete('key')).toBe(false)
  })

  test('lets values expire, and deletes them with the next that is set', async ({ store, driver, clock }) => {
    const working = store({ workingTtl: 5000 }).working('run')
    await working.set('short', 1, { ttl: 1000 })
    await working.set('long', 2)
    clock.now += 1000
    expect(await working.entries()).toEqual([['long', 2]])
    expect(await working.get('short')).toBeUndefined()
    clock.now += 4000
    await store().working('other').set('key', 3)
    const [rows] = await driver.batch([{ sql: 'select run_id from ctx_working' }])
    expect(rows?.rows).toEqual([['other']])
  })

  test('is not recalled', async ({ store }) => {
    await store().working('run').set('secret', 'scratch')
    expect(await store().recall('scratch')).toEqual([])
  })

  test('says which value is no JSON, and nothing of what it holds', async ({ store, driver }) => {
    const working = store().working('run')
    await working.set('plan', 1)
    await driver.batch([{ sql: `update ctx_working set value = 'my secret'` }])
    for (const read of [() => working.get('plan'), () => working.entries()]) {
      const error = (await read().catch((error: unknown) => error)) as Error
      expect(error).toMatchObject({ code: 'UNREADABLE_ITEM', message: expect.stringContaining('"plan"') })
      expect(`${error.stack} ${error.cause}`).not.toContain('secret')
    }
    await working.set('plan', 2)
    expect(await working.get('plan')).toBe(2)
  })

  test('refuses keys and values that it could not give back', async ({ store, driver }) => {
    const working = store().working('run')
    const circular: unknown[] = []
    circular.push(circular)
    for (const value of [undefined, () => 1, 1n, circular]) {
      await expect(working.set('key', value)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    await expect(working.set('', 1)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(working.set('key', 1, { ttl: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(() => store().working(' ')).toThrow('run id')
    expect(driver.batches).toBe(0)
  })

  test('lists what all runs hold, or one, until it expires', async ({ store, driver, clock }) => {
    const memory = store()
    expect(await memory.workingEntries()).toEqual([])
    await memory.working('one').set('plan', ['a'], { ttl: 1000 })
    await memory.working('two').set('note', 'x', { ttl: 2000 })
    await driver.batch([{ sql: `update ctx_working set value = 'no JSON' where run_id = 'two'` }])
    const plan = { runId: 'one', key: 'plan', json: '["a"]', expiresAt: new Date(clock.now + 1000) }
    const note = { runId: 'two', key: 'note', json: 'no JSON', expiresAt: new Date(clock.now + 2000) }
    expect(await memory.workingEntries()).toEqual([note, plan])
    expect(await memory.workingEntries({ runId: 'one' })).toEqual([plan])
    expect(await memory.workingEntries({ limit: 1 })).toEqual([note])
    clock.now += 1000
    expect(await memory.workingEntries()).toEqual([note])
  })
}
