/**
 * Lets jobs take effect in the order of the calls: one that writes waits for all before it, and all after it wait for
 * it. Jobs that only read run at the same time.
 */
export class Turns {
  // Settled when the last job that writes, and everything before it, has settled.
  #writes: Promise<unknown> = Promise.resolve()
  #all: Promise<unknown> = this.#writes

  read<Result>(job: () => Promise<Result>): Promise<Result> {
    const result = this.#writes.then(job)
    this.#all = Promise.allSettled([this.#all, result])
    return result
  }

  write<Result>(job: () => Promise<Result>): Promise<Result> {
    const result = this.#all.then(job)
    this.#writes = this.#all = result.catch(() => {})
    return result
  }

  /** Resolves when all jobs have settled that were given so far. */
  async end(): Promise<void> {
    await this.#all
  }
}
