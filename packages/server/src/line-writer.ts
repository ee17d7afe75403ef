import { write } from 'node:fs'

/** Lines that wait, in bytes of UTF-16; more are refused. */
const MOST_WAITING = 1024 * 1024
const RETRY_MS = 50

/**
 * Writes lines to a file descriptor without ever blocking this thread, as `process.stdout` does on a pipe that nobody
 * reads. Lines that cannot be written are lost; those after them are tried again, so that a log goes on once its disk
 * has room.
 */
export class LineWriter {
  readonly #descriptor: number
  #waiting: string[] = []
  #length = 0
  /** Of all lines that wait. */
  #written: Promise<void> | undefined
  #last: Promise<void> = Promise.resolve()
  #isTorn = false

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  /** Rejects where the line is lost. Lines are written in the order of the calls. */
  write(line: string): Promise<void> {
    if (this.#length > MOST_WAITING) return Promise.reject(new Error('Too many lines wait to be written.'))
    this.#waiting.push(line)
    this.#length += line.length
    this.#written ??= this.#afterLast()
    return this.#written
  }

  /** Resolves when all lines are written or lost. */
  async idle(): Promise<void> {
    await (this.#written ?? this.#last).catch(() => {})
  }

  async #afterLast(): Promise<void> {
    await this.#last.catch(() => {})
    const lines = this.#waiting
    this.#waiting = []
    this.#length = 0
    const written = this.#written as Promise<void>
    this.#last = written
    this.#written = undefined
    await this.#writeAll(lines)
  }

  async #writeAll(lines: readonly string[]): Promise<void> {
    // What a failure has left of a line would make the next one unreadable.
    const bytes = Buffer.from(`${this.#isTorn ? '\n' : ''}${lines.join('\n')}\n`)
    for (let start = 0; start < bytes.length; ) {
      try {
        start += await this.#writeSome(bytes, start)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
          this.#isTorn ||= start > 0
          throw error
        }
        // Somebody has made the pipe one that does not wait.
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref())
      }
    }
    this.#isTorn = false
  }

  #writeSome(bytes: Buffer, start: number): Promise<number> {
    return new Promise((resolve, reject) => {
      write(this.#descriptor, bytes, start, (error, count) => (error ? reject(error) : resolve(count)))
    })
  }
}
