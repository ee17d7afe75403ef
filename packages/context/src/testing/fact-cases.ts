import { expect } from 'vitest'
import type { NewMemory } from '../memory.ts'
import { openMemory } from '../open-memory.ts'
import type { TestCase } from './memory-store-case.ts'

const COFFEE = { name: 'coffee', description: 'Drinks', type: 'user', body: 'Oat flat white' } as const
const LONE_SURROGATE = '\ud800'

export function factCases(test: TestCase): void {
  test('remembers a fact and gives it back', async ({ store, clock }) => {
    const memory = await store({ source: 'planner' }).remember(COFFEE)
    expect(memory).toEqual({
      ...COFFEE,
      id: expect.stringMatching(/^m_[0-9a-f]{32}$/),
      source: 'planner',
      createdAt: new Date(clock.now),
      updatedAt: new Date(clock.now),
    })
    expect(await store().get('coffee')).toEqual(memory)
  })

  test('has defaults for what is left out', async ({ store }) => {
    const memory = await store().remember({ name: 'n', body: '' })
    expect(memory).toMatchObject({ description: '', type: 'project', body: '', source: null })
  })

  test('updates the fact of a name in place', async ({ store, clock }) => {
    const first = await store().remember(COFFEE)
    clock.now += 1000
    const second = await store().remember({ ...COFFEE, body: 'Espresso', type: 'feedback' })
    expect(second).toEqual({ ...first, body: 'Espresso', type: 'feedback', updatedAt: new Date(clock.now) })
    expect(await store().stats()).toMatchObject({ memories: 1 })
    expect(await store().recall('flat white')).toEqual([])
  })

  test('gives null for a name that is not there', async ({ store }) => {
    expect(await store().get('nothing')).toBeNull()
  })

  test('forgets a fact, once', async ({ store }) => {
    await store().remember(COFFEE)
    expect(await store().forget('coffee')).toBe(true)
    expect(await store().forget('coffee')).toBe(false)
    expect(await store().get('coffee')).toBeNull()
    expect(await store().recall('oat')).toEqual([])
  })

  test('lists the facts in the index, latest change first', async ({ store, clock }) => {
    for (const name of ['a', 'b', 'c']) {
      clock.now += 1
      await store().remember({ ...COFFEE, name })
    }
    clock.now += 1
    await store().remember({ ...COFFEE, name: 'a', type: 'project' })
    const names = async (...args: Parameters<ReturnType<typeof store>['index']>) =>
      (await store().index(...args)).map(({ name }) => name)
    expect(await names()).toEqual(['a', 'c', 'b'])
    expect(await names({ limit: 2 })).toEqual(['a', 'c'])
    expect(await names({ type: 'user' })).toEqual(['c', 'b'])
    expect(await names({ limit: 0 })).toEqual([])
  })

  test('lists at most 50 facts where no limit is given, and recalls at most 10', async ({ store }) => {
    for (let n = 0; n < 60; n++) await store().remember({ name: `n${n}`, body: 'same' })
    expect(await store().index()).toHaveLength(50)
    expect(await store().recall('same')).toHaveLength(10)
    expect(await store().recall('same', { limit: 60 })).toHaveLength(60)
  })

  test('refuses what it could not give back, before anything is written', async ({ store, driver }) => {
    const refused: [unknown, string][] = [
      [{ ...COFFEE, name: '' }, 'name'],
      [{ ...COFFEE, name: '  \n' }, 'name'],
      [{ ...COFFEE, name: 'x'.repeat(1025) }, '1025'],
      [{ ...COFFEE, name: 'a\0b' }, 'NUL'],
      [{ ...COFFEE, body: LONE_SURROGATE }, 'surrogate'],
      [{ ...COFFEE, body: undefined }, 'body'],
      [{ ...COFFEE, body: 42 }, 'body'],
      [{ ...COFFEE, description: 1 }, 'description'],
      [{ ...COFFEE, type: 'secret' }, 'user, feedback, project, reference'],
      [{ ...COFFEE, sessionId: '' }, 'session id'],
    ]
    for (const [memory, why] of refused) {
      const remembering = store().remember(memory as NewMemory)
      await expect(remembering).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(why),
      })
    }
    await expect(store().index({ limit: -1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(store().recall('x', { limit: 1.5 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(() => openMemory({} as never)).toThrow('SqlDriver')
    expect(() => openMemory({ ...driver, dialect: 'mysql' })).toThrow(
      'A memory needs a driver of dialect "sqlite" or "postgres"; this one says "mysql".',
    )
    expect(driver.batches).toBe(0)
  })

  test('keeps any text as it is', async ({ store }) => {
    const body = `'"; drop table ctx_memory; -- \u202e 🧠 ${'長'.repeat(3000)}\r\n\t`
    await store().remember({ name: "o'hara", body })
    expect(await store().get("o'hara")).toMatchObject({ body })
  })

  test('is one batch for each operation, making the tables included', async ({ store, driver, clock }) => {
    const memory = store()
    const batchesOf = async (operation: () => Promise<unknown>) => {
      const before = driver.batches
      await operation()
      return driver.batches - before
    }
    const first = await batchesOf(() => memory.remember(COFFEE))
    // An SQLite without FTS5 says so once.
    expect(first).toBeLessThanOrEqual(2)
    const working = memory.working('run')
    const operations = [
      () => memory.remember({ ...COFFEE, sessionId: 's' }),
      () => memory.recall('oat'),
      () => memory.recall(''),
      () => memory.index(),
      () => memory.get('coffee'),
      () => memory.link('a', 'uses', 'b'),
      () => memory.neighbors('a', { depth: 3 }),
      () => memory.stats(),
      () => memory.record({ body: 'happened', happenedAt: new Date(clock.now) }),
      () => memory.episodes(),
      () => working.set('key', 1),
      () => working.entries(),
      () => working.end(),
      () => memory.forget('coffee'),
    ]
    for (const operation of operations) expect(await batchesOf(operation), String(operation)).toBe(1)
  })

  test('makes its tables again when somebody has dropped them', async ({ store, driver }) => {
    await store().remember(COFFEE)
    await driver.batch([{ sql: 'drop table ctx_edge' }])
    await store().link('a', 'uses', 'b')
    expect(await store().stats()).toEqual({ memories: 1, entities: 2, edges: 1 })
  })

  test('knows nothing, and says so without an error, before anything was remembered', async ({ store }) => {
    const memory = store()
    expect(await memory.recall('anything')).toEqual([])
    expect(await memory.index()).toEqual([])
    expect(await memory.episodes()).toEqual([])
    expect(await memory.neighbors('a')).toEqual({ entities: [], edges: [] })
    expect(await memory.stats()).toEqual({ memories: 0, entities: 0, edges: 0 })
  })

  test('needs somebody else to make the tables where it may not', async ({ store }) => {
    const memory = store({ createTables: false })
    expect(await memory.recall('anything')).toEqual([])
    await expect(memory.remember(COFFEE)).rejects.toMatchObject({
      code: 'NO_SUCH_TABLE',
      message: expect.stringContaining('init()'),
    })
  })

  test('finds a fact by its name and an episode by its id, with where they come from', async ({ store }) => {
    const memory = store({ source: 'assistant' })
    expect(await memory.find('coffee')).toBeNull()
    await memory.remember({ name: 'coffee', body: 'Oat flat white', sessionId: 'user-42' })
    const { id } = await memory.record({ title: 'Deploy', body: 'Went well.', runId: 'run-1' })
    expect(await memory.find('coffee')).toMatchObject({
      kind: 'fact',
      name: 'coffee',
      sessionId: 'user-42',
      source: 'assistant',
    })
    expect(await memory.find(id)).toMatchObject({
      kind: 'episode',
      name: id,
      description: 'Deploy',
      runId: 'run-1',
    })
    expect(await memory.find('Deploy')).toBeNull()
  })
}
