import { expect } from 'vitest'
import type { Embed } from '../memory-options.ts'
import type { TestCase } from './memory-store-case.ts'

/** Knows the meaning of a few words. */
const MEANINGS = [/dog|puppy|hound/, /car|vehicle|truck/, /tea|beverage|drink/]

const embed: Embed = async (texts) =>
  texts.map((text) => Float32Array.from([0.01, ...MEANINGS.map((words) => Number(words.test(text)))]))

export function meaningCases(test: TestCase): void {
  test('finds by meaning what no word finds, where it is given an embedding', async ({ store }) => {
    const memory = store({ embed })
    await memory.remember({ name: 'pet', body: 'has a puppy' })
    await memory.remember({ name: 'transport', body: 'drives a truck' })
    await memory.record({ body: 'bought a beverage' })
    expect((await memory.recall('hound'))[0]).toMatchObject({ kind: 'fact', name: 'pet' })
    expect((await memory.recall('vehicle', { limit: 1 }))[0]).toMatchObject({ name: 'transport' })
    expect((await memory.recall('drink'))[0]).toMatchObject({ kind: 'episode' })
    expect(await memory.recall('drink', { kinds: ['fact'], limit: 1 })).toMatchObject([{ kind: 'fact' }])
    expect(await store().recall('hound')).toEqual([])
  })

  test('puts first what both words and meaning find', async ({ store }) => {
    const memory = store({ embed })
    await memory.remember({ name: 'meaning', body: 'a puppy' })
    await memory.remember({ name: 'both', body: 'a dog on a lead' })
    await memory.remember({ name: 'words', body: 'the lead singer' })
    expect((await memory.recall('dog lead'))[0]).toMatchObject({ name: 'both' })
  })

  test('embeds on init what was remembered without', async ({ store }) => {
    await store().remember({ name: 'pet', body: 'has a puppy' })
    await store().record({ body: 'walked the hound' })
    const memory = store({ embed })
    expect(await memory.recall('dog')).toEqual([])
    await memory.init()
    expect(await memory.recall('dog')).toHaveLength(2)
  })

  test('does not trust a vector whose fact was changed without it', async ({ store, clock }) => {
    const memory = store({ embed })
    await memory.remember({ name: 'pet', body: 'has a puppy' })
    clock.now += 1
    await store().remember({ name: 'pet', body: 'has a truck' })
    expect(await memory.recall('dog')).toEqual([])
    await memory.init()
    expect(await memory.recall('vehicle')).toMatchObject([{ name: 'pet' }])
  })

  test('forgets the vector with the fact', async ({ store, driver }) => {
    const memory = store({ embed })
    await memory.remember({ name: 'pet', body: 'has a puppy' })
    await memory.forget('pet')
    expect(await memory.recall('dog')).toEqual([])
    const [rows] = await driver.batch([{ sql: 'select count(*) from ctx_embedding' }])
    expect(rows?.rows).toEqual([[0]])
  })

  test('refuses vectors that are none, and writes nothing', async ({ store }) => {
    const vectors = [[], [new Float32Array(3)], [new Float32Array([Number.NaN])], [[1, 2] as never]]
    for (const given of vectors) {
      const remembering = store({ embed: async () => given }).remember({ name: 'n', body: 'b' })
      await expect(remembering).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    expect(await store().get('n')).toBeNull()
  })
}
