import { join } from 'node:path'
import { runWorker } from '@persql/test-support/run-worker'
import { afterAll, describe, expect, test } from 'vitest'

const CALLERS = Array.from({ length: 8 }, (_, index) => `caller-${index}`)

const worker = await runWorker(join(import.meta.dirname, 'support/concurrent-worker.ts'), {
  d1Databases: ['DB'],
  durableObjects: { KIT: { className: 'Kit', useSQLite: true } },
})
afterAll(() => worker.dispose())

describe.each(['D1', 'Durable Object'])('requests at once on one %s', (engine) => {
  async function ask(deed: string, session: string, caller = ''): Promise<unknown> {
    const query = new URLSearchParams({ deed, session, caller })
    const answer = await worker.dispatchFetch(`http://worker/${encodeURIComponent(engine)}?${query}`)
    if (!answer.ok) throw new Error(await answer.text())
    return answer.json()
  }
  const atOnce = (deed: string, session: string) =>
    Promise.all(CALLERS.map((caller) => ask(deed, session, caller)))
  const read = (session: string) => ask('read', session) as Promise<Record<string, unknown>[]>

  test('race on first use and append to one session, then pop from it: nothing lost, doubled or torn', async () => {
    await atOnce('append', 'shared')
    const texts = (await read('shared')).map(({ content }) => content as string)
    expect(texts).toHaveLength(CALLERS.length * 25 * 3)
    for (const caller of CALLERS) {
      const own = texts.filter((text) => text.startsWith(`${caller} `))
      expect(own).toEqual(Array.from({ length: 75 }, (_, n) => `${caller} ${Math.floor(n / 3)} ${n % 3}`))
    }
    const firsts = texts.filter((_, index) => index % 3 === 0)
    for (const [index, first] of firsts.entries()) {
      const batch = first.slice(0, -2)
      expect(texts.slice(index * 3, index * 3 + 3)).toEqual([0, 1, 2].map((n) => `${batch} ${n}`))
    }

    const popped = (await atOnce('pop', 'shared')).flat() as string[]
    expect(popped.toSorted()).toEqual(texts.slice(-popped.length).toSorted())
    expect((await read('shared')).map(({ content }) => content)).toEqual(texts.slice(0, -popped.length))
  })

  test('apply an operation once', async () => {
    await atOnce('appendOnce', 'once')
    expect((await read('once')).map(({ content }) => content)).toEqual(['a', 'b'])
  })

  test('rewrite one history, and lose nothing that others add to it', async () => {
    await atOnce('rewrite', 'rewritten')
    const calls = (await read('rewritten')).map(({ callId }) => callId as string)
    expect(calls.toSorted()).toEqual(CALLERS.map((caller) => `${caller} approved`))
  })

  test('carry turns of agents in one conversation, each of them whole', async () => {
    await atOnce('converse', 'conversation')
    const items = await read('conversation')
    expect(items).toHaveLength(CALLERS.length * 5 * 2)
    const questions = items.filter(({ role }) => role === 'user').map(({ content }) => content as string)
    expect(questions.toSorted()).toEqual(
      CALLERS.flatMap((caller) => Array.from({ length: 5 }, (_, turn) => `${caller} ${turn}`)),
    )
    for (const [index, question] of questions.entries()) {
      expect(items[index * 2 + 1]).toMatchObject({ content: [{ text: `to ${question}` }] })
    }
  })
})
