import { type AgentInputItem, MemorySession } from '@openai/agents-core'
import fc from 'fast-check'
import { expect } from 'vitest'
import { call, user } from './agent-items.ts'
import type { GivenSessions } from './session-cases.ts'

const RUNS = 40

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 8 }).map((bytes) => new Uint8Array(bytes)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom('$bytes', '$$bytes', 'callId'), fc.string()), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
}))
const item = fc.oneof(
  fc.constantFrom(user('a'), user('b'), call('1'), call('2')),
  fc
    .record({ content: fc.string({ unit: 'binary' }), providerData: fc.dictionary(fc.string(), value) })
    .map((fields) => ({ ...user(''), ...fields }) as AgentInputItem),
)
const items = fc.array(item, { maxLength: 4 })
const operationId = fc.constantFrom('op-1', 'op-2', 'op-3')

type Step =
  | { do: 'add'; items: AgentInputItem[] }
  | { do: 'get'; limit: number }
  | { do: 'pop' | 'clear' }
  | { do: 'mutate'; callId: string; by: string }
  | { do: 'append'; operationId: string; items: AgentInputItem[] }
  /** Expects the last `expected` items that are there, or something else. */
  | { do: 'replace'; operationId: string; expected: number | AgentInputItem[]; replacement: AgentInputItem[] }

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant('add' as const), items }), weight: 4 },
  fc.record({ do: fc.constant('get' as const), limit: fc.integer({ min: -1, max: 6 }) }),
  { arbitrary: fc.record({ do: fc.constant('pop' as const) }), weight: 2 },
  fc.record({ do: fc.constant('clear' as const) }),
  fc.record({
    do: fc.constant('mutate' as const),
    callId: fc.constantFrom('1', '2'),
    by: fc.constantFrom('1', '3'),
  }),
  fc.record({ do: fc.constant('append' as const), operationId, items }),
  fc.record({
    do: fc.constant('replace' as const),
    operationId,
    expected: fc.oneof(fc.nat({ max: 3 }), items),
    replacement: items,
  }),
)

type Subject = ReturnType<GivenSessions['session']>

async function take(session: Subject, current: Step, history: AgentInputItem[]): Promise<unknown> {
  switch (current.do) {
    case 'add':
      return session.addItems(current.items)
    case 'get':
      return session.getItems(current.limit)
    case 'pop':
      return session.popItem()
    case 'clear':
      return session.clearSession()
    case 'mutate':
      return session.applyHistoryMutations({
        mutations: [
          { type: 'replace_function_call', callId: current.callId, replacement: call(current.by) as never },
        ],
      })
    case 'append':
      return session.applyHistoryTransaction({
        operationId: current.operationId,
        transaction: { type: 'append_items', items: current.items },
      })
    case 'replace': {
      const { expected, replacement } = current
      const expectedSuffix =
        typeof expected === 'number' ? history.slice(history.length - expected) : expected
      return session.applyHistoryTransaction({
        operationId: current.operationId,
        transaction: { type: 'replace_suffix', expectedSuffix, replacement },
      })
    }
  }
}

const outcome = (result: Promise<unknown>) =>
  result.then(
    (resolved) => ({ resolved }),
    () => 'rejected',
  )

/** Expects that sessions do what `MemorySession` does, whatever the operations and their order. */
export async function checkSessionModel({ session }: GivenSessions): Promise<void> {
  let count = 0
  const property = fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
    count += 1
    const reference = new MemorySession()
    const subject = session(`session-${count}`)
    for (const current of steps) {
      const history = await reference.getItems()
      const expected = await outcome(take(reference, current, history))
      expect(await outcome(take(subject, current, history))).toEqual(expected)
      expect(await subject.getItems()).toEqual(await reference.getItems())
    }
  })
  await fc.assert(property, { numRuns: RUNS })
}
