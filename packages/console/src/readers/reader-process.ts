import { type ChildProcess, fork } from 'node:child_process'
import { extname, join } from 'node:path'
import type { ApiAnswer } from '../database-api.ts'

/** A call of the API that only reads. */
export interface ReadCall {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

// The sources run as they are in tests.
const READER = join(import.meta.dirname, `reader${extname(import.meta.filename)}`)

/** How long a call that nobody waits for any more may go on, in ms: most end sooner than another process has started. */
const GRACE = 250

/** A process that reads one file, one call at a time. */
export class ReaderProcess {
  /** Whether it can be given calls; false where it could not open the file, or not even start. */
  readonly ready: Promise<boolean>
  readonly ended: Promise<void>
  readonly #process: ChildProcess
  #settle: ((answer: ApiAnswer | undefined) => void) | undefined

  /** Nothing where the system has no process, memory or file descriptor left for it. */
  static start(file: string): ReaderProcess | undefined {
    try {
      return new ReaderProcess(file)
    } catch {
      return undefined
    }
  }

  private constructor(file: string) {
    this.#process = fork(READER, [file, process.argv[1] ?? ''], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    })
    this.ended = new Promise((resolve) => {
      this.#process.once('exit', () => resolve())
      this.#process.once('error', () => resolve())
    })
    this.ready = Promise.race([
      new Promise<true>((resolve) => this.#process.once('message', () => resolve(true))),
      this.ended.then(() => false),
    ])
    this.#process.on('message', (answer: ApiAnswer | 'ready') => {
      if (answer !== 'ready') this.#answer(answer)
    })
    void this.ended.then(() => this.#answer(undefined))
  }

  /** Resolves with nothing where the process has ended without an answer, as it does soon after the signal is aborted. */
  run(call: ReadCall, signal: AbortSignal): Promise<ApiAnswer | undefined> {
    let timer: NodeJS.Timeout | undefined
    const stop = () => {
      timer = setTimeout(() => this.#process.kill('SIGKILL'), GRACE)
    }
    signal.addEventListener('abort', stop, { once: true })
    return new Promise((resolve) => {
      this.#settle = (answer) => {
        signal.removeEventListener('abort', stop)
        clearTimeout(timer)
        resolve(answer)
      }
      // Where it has ended in between, its end is the answer.
      this.#process.send(call, () => {})
    })
  }

  /** Lets it close the file, or ends it in the middle of a call. */
  end(): void {
    if (this.#settle) this.#process.kill('SIGKILL')
    else if (this.#process.connected) this.#process.disconnect()
  }

  #answer(answer: ApiAnswer | undefined): void {
    const settle = this.#settle
    this.#settle = undefined
    settle?.(answer)
  }
}
