/**
 * Lets jobs take effect in the order of the calls: one that writes waits for all before it, and all after it wait for
 * it. Jobs that only read run at the same time. A job that waits for nobody begins at once, and none may throw
 * instead of rejecting.
 */
export class Queue {
  // Settles when the last job that writes, and everything before it, has settled; undefined when it has.
  #writes: Promise<unknown> | undefined
  #all: Promise<unknown> | undefined

  /** True while no job runs or waits. */
  get isIdle(): boolean {
    return this.#all === undefined
  }

  read<Result>(job: () => Promise<Result>): Promise<Result> {
    const result = this.#writes === undefined ? job() : this.#writes.then(job)
    this.#all = this.#untilSettled(this.#all, result)
    return result
  }

  write<Result>(job: () => Promise<Result>): Promise<Result> {
    const result = this.#all === undefined ? job() : this.#all.then(job)
    this.#writes = this.#all = this.#untilSettled(undefined, result)
    return result
  }

  /** Resolves when all jobs have settled that were given so far. */
  async end(): Promise<void> {
    await this.#all
  }

  #untilSettled(before: Promise<unknown> | undefined, result: Promise<unknown>): Promise<unknown> {
    // In few steps, so that who waited for the result finds the queue idle.
    const all = before
      ? result.then(
          () => before,
          () => before,
        )
      : result
    const clear = () => {
      if (this.#all === settled) this.#all = undefined
      if (this.#writes === settled) this.#writes = undefined
    }
    const settled = all.then(clear, clear)
    return settled
  }
}
