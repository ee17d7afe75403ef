import { expect } from 'vitest'
import { entityId } from '../graph/entity-id.ts'
import type { TestCase } from './memory-store-case.ts'

export function graphCases(test: TestCase): void {
  test('links entities and finds what is connected', async ({ store }) => {
    const memory = store()
    await memory.link('Checkout', 'depends on', 'Billing meter')
    await memory.link('Billing meter', 'owned by', 'Priya')
    expect(await memory.neighbors('checkout', { depth: 2 })).toEqual({
      entities: [
        { id: 'e_billing-meter', name: 'Billing meter' },
        { id: 'e_priya', name: 'Priya' },
      ],
      edges: [
        { src: 'e_checkout', rel: 'depends on', dst: 'e_billing-meter' },
        { src: 'e_billing-meter', rel: 'owned by', dst: 'e_priya' },
      ],
    })
    expect(await memory.stats()).toEqual({ memories: 0, entities: 3, edges: 2 })
  })

  test('follows edges both ways, or one way if asked', async ({ store }) => {
    const memory = store()
    await memory.link('a', 'to', 'b')
    await memory.link('b', 'to', 'c')
    const reached = async (options: Parameters<typeof memory.neighbors>[1]) => {
      const { entities, edges } = await memory.neighbors('b', options)
      return [entities.map(({ name }) => name).join(), edges.length]
    }
    expect(await reached({})).toEqual(['a,c', 2])
    expect(await reached({ direction: 'out' })).toEqual(['c', 1])
    expect(await reached({ direction: 'in' })).toEqual(['a', 1])
    expect(await reached({ depth: 0 })).toEqual(['', 0])
  })

  test('ends in circles, and leaves out the start', async ({ store }) => {
    const memory = store()
    for (const [src, dst] of ['ab', 'bc', 'ca', 'aa']) await memory.link(src!, 'to', dst!)
    const { entities, edges } = await memory.neighbors('a', { depth: 20 })
    expect(entities.map(({ name }) => name)).toEqual(['b', 'c'])
    expect(edges).toHaveLength(4)
  })

  test('keeps one edge of a kind, and the first name of an entity', async ({ store }) => {
    const memory = store()
    await memory.link('Billing Meter', 'uses', 'DB')
    await memory.link('billing-meter', 'uses', 'db')
    await memory.link('billing meter', 'reads', 'db')
    expect(await memory.stats()).toEqual({ memories: 0, entities: 2, edges: 2 })
    expect((await memory.neighbors('db')).entities).toEqual([
      { id: 'e_billing-meter', name: 'Billing Meter' },
    ])
  })

  test('has an id for every name', async () => {
    expect(entityId('Billing  meter!')).toBe('e_billing-meter')
    expect(entityId('東京駅')).toBe('e_東京駅')
    expect(entityId('C++')).toBe('e_c')
    expect(entityId('🎉')).toBe('e_1f389')
    expect(() => entityId('  ')).toThrow('blank')
  })

  test('refuses a depth without end', async ({ store, driver }) => {
    for (const depth of [-1, 21, Number.POSITIVE_INFINITY, 1.5]) {
      await expect(store().neighbors('a', { depth })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    expect(driver.batches).toBe(0)
  })

  test('lists links, the latest first, and those of one entity', async ({ store, clock }) => {
    const memory = store({ source: 'assistant' })
    expect(await memory.links()).toEqual([])
    await memory.link('Checkout', 'depends on', 'Billing meter')
    clock.now += 1000
    await memory.link('Billing meter', 'owned by', 'Priya')
    const owned = {
      src: { id: 'e_billing-meter', name: 'Billing meter' },
      rel: 'owned by',
      dst: { id: 'e_priya', name: 'Priya' },
      source: 'assistant',
      createdAt: new Date(clock.now),
    }
    expect(await memory.links({ limit: 1 })).toEqual([owned])
    expect(await memory.links({ entity: 'priya' })).toEqual([owned])
    expect((await memory.links({ entity: 'billing-meter' })).map(({ rel }) => rel)).toEqual([
      'owned by',
      'depends on',
    ])
    expect(await memory.links({ entity: 'nobody' })).toEqual([])
  })

  test('unlinks, and forgets the entities that nothing links any more', async ({ store }) => {
    const memory = store()
    await memory.link('a', 'to', 'b')
    await memory.link('b', 'to', 'c')
    await memory.link('d', 'to', 'd')
    expect(await memory.unlink('a', 'from', 'b')).toBe(false)
    expect(await memory.unlink('A', 'to', 'b')).toBe(true)
    expect(await memory.unlink('d', 'to', 'd')).toBe(true)
    expect(await memory.unlink('a', 'to', 'b')).toBe(false)
    expect(await memory.stats()).toEqual({ memories: 0, entities: 2, edges: 1 })
  })
}
