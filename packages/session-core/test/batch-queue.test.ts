import { expect, test } from 'vitest'
import { BatchQueue } from '../src/driver/batch-queue.ts'

/** A queue whose jobs end when they are told to, and the names of those that have begun. */
function observedQueue() {
  const queue = new BatchQueue()
  const begun: string[] = []
  const ends = new Map<string, (error?: Error) => void>()

  function run(name: string, sessions?: readonly string[], readOnly = false) {
    return queue.run({ readOnly, sessions }, () => {
      begun.push(name)
      return new Promise<string>((resolve, reject) => {
        ends.set(name, (error) => (error ? reject(error) : resolve(name)))
      })
    })
  }

  async function end(name: string, error?: Error) {
    ends.get(name)!(error)
    // Longer than any chain of promises within the queue.
    await new Promise((resolve) => setImmediate(resolve))
  }

  return { queue, begun, run, end }
}

test('runs batches of different sessions at the same time, and those of one session in order', async () => {
  const { begun, run, end } = observedQueue()
  void run('a1', ['a'])
  void run('b1', ['b'])
  void run('a2', ['a'])
  void run('ab', ['a', 'b'])
  expect(begun).toEqual(['a1', 'b1'])
  await end('a1')
  expect(begun).toEqual(['a1', 'b1', 'a2'])
  await end('a2')
  expect(begun).toEqual(['a1', 'b1', 'a2'])
  await end('b1')
  expect(begun).toEqual(['a1', 'b1', 'a2', 'ab'])
})

test('lets reads of a session run at the same time, but not with a change of it', async () => {
  const { begun, run, end } = observedQueue()
  void run('read 1', ['a'], true)
  void run('read 2', ['a'], true)
  void run('change', ['a'])
  void run('read 3', ['a'], true)
  expect(begun).toEqual(['read 1', 'read 2'])
  await end('read 1')
  await end('read 2')
  expect(begun).toEqual(['read 1', 'read 2', 'change'])
  await end('change')
  expect(begun).toEqual(['read 1', 'read 2', 'change', 'read 3'])
})

test('keeps a batch that names no sessions in order with all but those that ask for none', async () => {
  const { begun, run, end } = observedQueue()
  void run('a', ['a'])
  void run('all')
  void run('b', ['b'])
  void run('none', [])
  expect(begun).toEqual(['a', 'none'])
  await end('a')
  expect(begun).toEqual(['a', 'none', 'all'])
  await end('all')
  expect(begun).toEqual(['a', 'none', 'all', 'b'])
})

test('goes on after a batch that fails, and ends when all have settled', async () => {
  const { queue, begun, run, end } = observedQueue()
  const failing = run('a', ['a'])
  const next = run('b', ['a'])
  const ended = queue.end()
  const failed = expect(failing).rejects.toThrow('refused')
  await end('a', new Error('refused'))
  await failed
  expect(begun).toEqual(['a', 'b'])
  await end('b')
  expect(await next).toBe('b')
  await ended
})
