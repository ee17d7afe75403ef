import fc from 'fast-check'
import { expect } from 'vitest'

type Item = Record<string, unknown>
type Window = { readonly items?: number } | { readonly turns: number }

interface Store {
  read(session: string, window?: Window): Promise<Item[]>
  append(session: string, items: readonly Item[]): Promise<void>
  replaceAll(session: string, items: readonly Item[]): Promise<void>
  rewrite(session: string, change: (items: readonly Item[]) => readonly (readonly Item[])[]): Promise<void>
  pop(session: string): Promise<Item | undefined>
  clear(session: string): Promise<void>
}

/** A database on which those that keep what they read, the writer too, are compared with one that keeps nothing. */
export interface HistoryDatabase {
  readonly readers: readonly [Store, Store]
  readonly writer: Store
  /** Keeps nothing. */
  readonly plain: Store
  fork(from: string, to: string): Promise<unknown>
  /** What a program does that knows the tables and nothing else. Rejects where it does not apply. */
  foreign(name: string, x: number, y: number, text: string): Promise<unknown>
  /** Called ahead of every step. */
  before?(step: HistoryStep): Promise<void>
  /** Copies the database, and puts the latest copy in its place. Absent: the steps are passed over. */
  save?(): Promise<void>
  restore?(): Promise<void>
}

export const SESSIONS = ['a', 'b'] as const

const user = (content: string): Item => ({ role: 'user', content })

export type HistoryStep =
  | { do: 'append' | 'replaceAll'; session: string; items: Item[] }
  | { do: 'pop' | 'clear' | 'rewrite' | 'fork'; session: string }
  | { do: 'read'; reader: number; session: string; window: number }
  | { do: 'save' | 'restore' }
  | { do: 'foreign'; name: string; x: number; y: number; text: string }

const session = fc.constantFrom(...SESSIONS)
const item = fc.constantFrom(user('x'), user('y'), { role: 'assistant', content: 'x' })
const small = fc.integer({ min: 1, max: 12 })

/** Steps, with those of a stranger by these names. */
export function historySteps(foreign: readonly string[]): fc.Arbitrary<HistoryStep[]> {
  const items = fc.array(item, { maxLength: 3 })
  const step: fc.Arbitrary<HistoryStep> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), session, items }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('replaceAll' as const), session, items }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom('pop' as const, 'clear' as const, 'rewrite' as const, 'fork' as const),
        session,
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('read' as const),
        reader: fc.nat(2),
        session,
        window: fc.nat(4),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('save' as const, 'restore' as const) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('foreign' as const),
        name: fc.constantFrom(...foreign),
        x: small,
        y: small,
        text: item.map((each) => JSON.stringify(each)),
      }),
    },
  )
  return fc.array(step, { minLength: 5, maxLength: 40 })
}

/** Throws where a reader that keeps what it reads does not read what the other one does. */
export async function followSteps(steps: readonly HistoryStep[], database: HistoryDatabase): Promise<void> {
  const { writer, plain } = database
  const stores = [...database.readers, writer]
  // An older copy is told from what came after it by its newest rows, so these must not be the same.
  let epoch = 0
  const fresh = (items: Item[]) => items.map((each) => (epoch > 0 ? { ...each, epoch } : each))
  const expectRead = async (store: Store, id: string, window: number) => {
    const options = window === 0 ? {} : window % 2 ? { items: window } : { turns: window }
    expect(await store.read(id, options)).toEqual(await plain.read(id, options))
  }

  await writer.append('a', [user('x'), user('y')])
  for (const step of steps) {
    await database.before?.(step)
    switch (step.do) {
      case 'append':
      case 'replaceAll':
        await writer[step.do](step.session, fresh(step.items))
        break
      case 'pop':
      case 'clear':
        await writer[step.do](step.session)
        break
      case 'rewrite':
        await writer.rewrite(step.session, (items) =>
          items.map((each, n) => (n % 2 ? [each] : fresh([user('z')]))),
        )
        break
      case 'fork':
        await database.fork(step.session, step.session === 'a' ? 'b' : 'a').catch(() => undefined)
        break
      case 'read':
        await expectRead(stores[step.reader]!, step.session, step.window)
        break
      case 'save':
        await database.save?.()
        break
      case 'restore':
        await database.restore?.()
        epoch += 1
        break
      case 'foreign': {
        const text = epoch > 0 ? JSON.stringify({ ...JSON.parse(step.text), epoch }) : step.text
        // It may not apply, such as to a table that is not there.
        await database.foreign(step.name, step.x, step.y, text).catch(() => undefined)
      }
    }
  }
  for (const store of stores) for (const id of SESSIONS) await expectRead(store, id, 0)
}
