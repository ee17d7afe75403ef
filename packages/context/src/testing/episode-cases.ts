import { SessionStore } from '@persql/session-core'
import { expect } from 'vitest'
import type { TestCase } from './memory-store-case.ts'

interface Item {
  readonly text: string
}

const items = (...texts: string[]): Item[] => texts.map((text) => ({ text }))
const join = (given: Item[]) => given.map(({ text }) => text).join(' ')

export function episodeCases(test: TestCase): void {
  test('keeps an episode and gives it back', async ({ store, clock }) => {
    const happenedAt = new Date(clock.now - 5000)
    const given = {
      title: 'Deploy',
      body: 'Rolled back',
      outcome: 'failed',
      sessionId: 's',
      runId: 'r',
      happenedAt,
    }
    const episode = await store({ source: 'ops' }).record(given)
    expect(episode).toEqual({
      ...given,
      id: expect.stringMatching(/^ep_[0-9a-f]{32}$/),
      source: 'ops',
      rows: null,
    })
    expect(await store().episodes()).toEqual([episode])
  })

  test('lists episodes by time, latest first, of a session, a run, an outcome or a range', async ({
    store,
    clock,
  }) => {
    const memory = store()
    const at = (seconds: number) => new Date(clock.now + seconds * 1000)
    await memory.record({ body: 'second', happenedAt: at(2), sessionId: 's', outcome: 'done' })
    await memory.record({ body: 'third', happenedAt: at(3), sessionId: 't', runId: 'r' })
    await memory.record({ body: 'first', happenedAt: at(1), sessionId: 's' })
    const bodies = async (options?: Parameters<typeof memory.episodes>[0]) =>
      (await memory.episodes(options)).map(({ body }) => body)
    expect(await bodies()).toEqual(['third', 'second', 'first'])
    expect(await bodies({ limit: 1 })).toEqual(['third'])
    expect(await bodies({ sessionId: 's' })).toEqual(['second', 'first'])
    expect(await bodies({ runId: 'r' })).toEqual(['third'])
    expect(await bodies({ outcome: 'done' })).toEqual(['second'])
    expect(await bodies({ since: at(2) })).toEqual(['third', 'second'])
    expect(await bodies({ since: at(1), until: at(3) })).toEqual(['second', 'first'])
  })

  test('forgets an episode by its id', async ({ store }) => {
    const { id } = await store().record({ body: 'secret' })
    expect(await store().forget(id)).toBe(true)
    expect(await store().recall('secret')).toEqual([])
    expect(await store().episodes()).toEqual([])
  })

  test('refuses an episode without a body', async ({ store, driver }) => {
    for (const body of ['', '  ', undefined]) {
      await expect(store().record({ body: body as string })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      })
    }
    expect(driver.batches).toBe(0)
  })

  test('distils a session into an episode, once', async ({ store, driver }) => {
    const sessions = new SessionStore<Item>(driver)
    await sessions.append('s', items('hello', 'world'))
    let calls = 0
    const summarize = (given: Item[]) => {
      calls += 1
      return { title: 'Greeting', body: join(given), outcome: 'done' }
    }
    const episode = await store().distill('s', summarize, { runId: 'r' })
    expect(episode).toMatchObject({ title: 'Greeting', body: 'hello world', outcome: 'done', sessionId: 's' })
    expect(episode).toMatchObject({ runId: 'r', rows: { first: 1, last: 2 } })
    expect(await store().distill('s', summarize)).toEqual(episode)
    expect(calls).toBe(1)
    expect(await store().recall('hello')).toMatchObject([{ kind: 'episode', sessionId: 's' }])
  })

  test('distils only what was added since', async ({ store, driver }) => {
    const sessions = new SessionStore<Item>(driver)
    await sessions.append('s', items('one', 'two'))
    await store().distill('s', join)
    await sessions.append('s', items('three'))
    expect(await store().distill('s', join)).toMatchObject({ body: 'three' })
    expect((await store().episodes({ sessionId: 's' })).map(({ body }) => body).sort()).toEqual([
      'one two',
      'three',
    ])
  })

  test('distils every item exactly once, whoever does it at the same time', async ({ store, driver }) => {
    const sessions = new SessionStore<Item>(driver)
    const texts = Array.from({ length: 30 }, (_, n) => `item${n}`)
    await sessions.append('s', items(...texts.slice(0, 10)))
    await Promise.all([
      ...Array.from({ length: 4 }, () => store().distill('s', join)),
      sessions.append('s', items(...texts.slice(10, 20))),
      ...Array.from({ length: 4 }, () => store().distill('s', join)),
      sessions.append('s', items(...texts.slice(20))),
    ])
    await store().distill('s', join)
    const episodes = await store().episodes({ sessionId: 's' })
    const covered = episodes
      .sort((a, b) => a.rows!.first - b.rows!.first)
      .flatMap(({ body }) => body.split(' '))
    expect(covered).toEqual(texts)
  })

  test('stores nothing where the summary fails, and can be called again', async ({ store, driver }) => {
    await new SessionStore<Item>(driver).append('s', items('hello'))
    const failing = store().distill('s', () => Promise.reject(new Error('no model')))
    await expect(failing).rejects.toThrow('no model')
    await expect(store().distill('s', () => '  ')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(await store().episodes()).toEqual([])
    expect(await store().distill('s', join)).toMatchObject({ body: 'hello' })
  })

  test('has nothing to distil from a session without items', async ({ store }) => {
    const never = () => expect.unreachable()
    expect(await store().distill('nobody', never)).toBeNull()
  })

  test('distils a session from other tables', async ({ store, driver }) => {
    const sessions = new SessionStore<Item>(driver, { sessionsTable: 'chats', messagesTable: 'lines' })
    await sessions.append('s', items('hello'))
    expect(await store().distill('s', join, { sessions })).toMatchObject({ body: 'hello' })
  })
}
