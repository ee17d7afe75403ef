import type { BatchOptions } from './sql-driver.ts'

type Place = Pick<BatchOptions, 'readOnly' | 'sessions'>

interface Job extends Place {
  readonly settled: Promise<unknown>
}

/**
 * Runs batches at the same time as far as `sessions` allows it, and otherwise in the order of the calls. A batch that
 * waits for nobody begins at once, and none may throw instead of rejecting.
 */
export class BatchQueue {
  readonly #jobs = new Set<Job>()

  run<Result>({ readOnly, sessions }: Place, job: () => Promise<Result>): Promise<Result> {
    const place = { readOnly, sessions } as Place
    const before = [...this.#jobs].filter((other) => keepOrder(other, place)).map(({ settled }) => settled)
    const result = before.length === 0 ? job() : Promise.all(before).then(job)
    const added: Job = { ...place, settled: result.then(noop, noop).then(() => this.#jobs.delete(added)) }
    this.#jobs.add(added)
    return result
  }

  /** Resolves when all batches have settled that were given so far. */
  async end(): Promise<void> {
    await Promise.all([...this.#jobs].map(({ settled }) => settled))
  }
}

function keepOrder(first: Place, second: Place): boolean {
  if (first.readOnly && second.readOnly) return false
  if (!first.sessions) return second.sessions?.length !== 0
  if (!second.sessions) return first.sessions.length !== 0
  return first.sessions.some((session) => second.sessions!.includes(session))
}

function noop() {}
