import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { extname, join } from 'node:path'
import { encodeFrame, type Frame, FrameReader } from '../worker/wire/frame.ts'
import type { Job, ReplyHead, WorkerLimits } from '../worker/wire/job.ts'

const { filename } = import.meta
// The sources run as they are in tests.
const WORKER = join(import.meta.dirname, '..', 'worker', `worker${extname(filename)}`)

const FLAGS = [
  '--disable-warning=ExperimentalWarning',
  // In MiB. V8 would let what a job leaves behind grow to several times this before it looks at it.
  '--max-semi-space-size=8',
]

/** The answer to a job; nothing where the process ended before it gave one. */
export type JobAnswer = Frame<ReplyHead> | undefined

/** A process in which SQL runs, one job at a time. */
export class WorkerProcess {
  /** Databases that it may have open, the one used last at the end. */
  readonly files = new Set<string>()
  /** Databases that are gone; it is told with the next job. */
  readonly forget: string[] = []
  readonly startedAt = performance.now()
  idleSince = this.startedAt
  hasRun = false
  readonly closed: Promise<void>

  readonly #openDatabases: number
  readonly #process: ChildProcess
  readonly #jobs: Socket
  readonly #replies = new FrameReader<ReplyHead>()
  #settle: ((answer: JobAnswer) => void) | undefined

  /** Nothing where the system has no process, memory or file descriptor left for it. */
  static start(limits: WorkerLimits, temporaryFolder: string): WorkerProcess | undefined {
    const child = spawnWorker(limits, temporaryFolder)
    return child && new WorkerProcess(child, limits)
  }

  private constructor(child: ChildProcess, { openDatabases }: WorkerLimits) {
    this.#openDatabases = openDatabases
    this.#process = child
    this.#jobs = child.stdio[3] as Socket
    this.#jobs.on('data', (piece: Buffer) => {
      const frame = this.#replies.push(piece)
      if (frame) this.#answer(frame)
    })
    // A process that ends while it is written to is noticed by its end.
    this.#jobs.on('error', () => {})
    // `close` comes after the last piece of a reply has been read.
    this.closed = new Promise((resolve) => this.#process.once('close', () => resolve()))
    void this.closed.then(() => this.#answer(undefined))
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Calls back once, when the process has answered, or has ended without an answer and its locks are gone. */
  run(job: Job, body: Uint8Array, settle: (answer: JobAnswer) => void): void {
    this.hasRun = true
    const forget = this.forget.splice(0)
    for (const file of forget) this.files.delete(file)
    for (const file of filesOf(job)) this.#use(file)
    if (job.operation === 'drop') this.files.delete(job.file)
    this.#settle = settle
    this.#jobs.write(encodeFrame(forget.length > 0 ? { ...job, forget } : job, body))
  }

  /** Ends it in the middle of a statement. SQLite undoes the transaction when the file is opened next. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }

  /** Lets it close its databases. */
  end(): void {
    this.#jobs.end()
  }

  #use(file: string): void {
    this.files.delete(file)
    this.files.add(file)
    const [oldest] = this.files
    // The process has closed it by then.
    if (this.files.size > this.#openDatabases && oldest !== undefined) this.files.delete(oldest)
  }

  #answer(answer: JobAnswer): void {
    const settle = this.#settle
    this.#settle = undefined
    settle?.(answer)
  }
}

function spawnWorker(limits: WorkerLimits, temporaryFolder: string): ChildProcess | undefined {
  let child: ChildProcess
  try {
    child = spawn(process.execPath, [...FLAGS, WORKER, JSON.stringify(limits)], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'],
      env: { SQLITE_TMPDIR: temporaryFolder },
    })
  } catch {
    return
  }
  child.on('error', () => {})
  if (child.pid !== undefined) return child
  // Without descriptors, there are no pipes either.
  for (const pipe of child.stdio ?? []) pipe?.destroy()
  return
}

function filesOf(job: Job): string[] {
  switch (job.operation) {
    case 'copySchema':
      return [job.file, job.target]
    case 'mergeSchema':
      return [job.file, job.source]
    default:
      return [job.file]
  }
}
