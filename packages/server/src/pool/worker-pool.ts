import type { Job, ReplyHead, WorkerLimits } from '../worker/wire/job.ts'
import { residentMemory } from './resident-memory.ts'
import { temporaryBytes } from './temporary-bytes.ts'
import { type JobAnswer, WorkerProcess } from './worker-process.ts'

export interface WorkerPoolOptions {
  readonly limits: WorkerLimits
  /** Processes that are always there. */
  readonly min: number
  /** Processes that may be there while all are busy. */
  readonly max: number
  /** How long a job may run before its process is killed. */
  readonly timeoutMs: number
  /** How long a job may wait for its turn. */
  readonly waitMs: number
  /** How much memory a process may hold while it runs a job, before it is killed. */
  readonly memoryBytes: number
  /** The folder for temporary files of SQLite. */
  readonly temporaryFolder: string
  /** How large the temporary files of a process may be while it runs a job, before it is killed. */
  readonly temporaryBytes: number
  /** Jobs that may wait for one database. */
  readonly queue: number
}

/** Why a job has no answer. */
export class PoolFailure extends Error {
  override readonly name = 'PoolFailure'
  readonly reason:
    | 'timeout'
    | 'memory'
    | 'temporary'
    | 'crashed'
    | 'overloaded'
    | 'late'
    | 'abandoned'
    | 'closed'

  constructor(reason: PoolFailure['reason']) {
    super(`The job has no answer: ${reason}.`)
    this.reason = reason
  }
}

/** Whom a job is for. */
export interface Caller {
  /** Throws what the job is to be rejected with where it must not run any more. Asked after a wait. */
  check(): void
  /** Calls back when nobody waits for the answer any more. Returns what takes that back. */
  whenGone(callback: () => void): () => void
}

export interface PoolReply {
  readonly head: ReplyHead
  /** In pieces. Each one after the first has its memory to itself. */
  readonly body: readonly Buffer[]
}

interface Running {
  readonly since: number
  killedFor?: 'timeout' | 'memory' | 'temporary'
}

interface Waiting {
  readonly job: Job
  readonly body: Uint8Array
  readonly caller: Caller | undefined
  readonly resolve: (reply: PoolReply) => void
  readonly reject: (error: unknown) => void
  isRunning: boolean
  /** Set where it had to wait. */
  since?: number
  stopListening?: (() => void) | undefined
}

const NOTHING = new Uint8Array()
/** How often running jobs are looked at. */
const WATCH_MS = 50
/** Jobs that wait this long, because all processes are busy, get a new one. */
const PATIENCE_MS = 20
/** Processes beyond the minimum end after so long without work. */
const IDLE_MS = 30_000
/** A process that ends this young may do so again, as one that cannot start: the next one waits, longer each time. */
const YOUNG_MS = 1000
const RESTART_MS = 100
const LONGEST_RESTART_MS = 1000

/**
 * Runs jobs in processes: those for one database one after the other, in the order of the calls, and those for
 * different databases side by side. Any process serves any database, and one that has it open already goes first. A
 * job that runs too long costs its process; other databases go on in the others meanwhile.
 */
export class WorkerPool {
  /** Processes killed because a job took too much of something, and those that ended by themselves. */
  readonly ended = { timeout: 0, memory: 0, temporary: 0, crashed: 0 }
  /** Processes that could not start. */
  notStarted = 0

  readonly #options: WorkerPoolOptions
  readonly #free: WorkerProcess[] = []
  readonly #workers = new Set<WorkerProcess>()
  /** Jobs by database; the first one of each is running, or its database is in `#ready`. */
  readonly #queues = new Map<string, Waiting[]>()
  readonly #ready: string[] = []
  readonly #running = new Map<WorkerProcess, Running>()
  readonly #upkeep: NodeJS.Timeout
  readonly #watch: NodeJS.Timeout
  #patience: NodeJS.Timeout | undefined
  #restart: NodeJS.Timeout | undefined
  /** Processes in a row that could not start, or ended young. */
  #failures = 0
  #waiting = 0
  #isClosed = false
  #emptied: (() => void) | undefined

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#restore()
    this.#upkeep = setInterval(() => this.#endIdle(), IDLE_MS / 2)
    this.#upkeep.unref()
    this.#watch = setInterval(() => {
      this.#killExcessive()
      this.#refuseLate()
    }, WATCH_MS)
    this.#watch.unref()
  }

  get stats() {
    const { size } = this.#workers
    return { workers: size, busy: size - this.#free.length, waiting: this.#waiting }
  }

  /** Process ids, for tests and logs. */
  get pids(): number[] {
    return [...this.#workers].flatMap(({ pid }) => pid ?? [])
  }

  /**
   * Rejects with a {@link PoolFailure} where there is no answer. Whether the job took effect is not known after
   * `timeout`, `memory` and `crashed`; after the others, it did not. A job whose caller is gone leaves the queue.
   */
  run(job: Job, body: Uint8Array = NOTHING, caller?: Caller): Promise<PoolReply> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new PoolFailure('closed'))
      const queue = this.#queues.get(job.file)
      if (queue && queue.length > this.#options.queue) return reject(new PoolFailure('overloaded'))
      const waiting: Waiting = { job, body, caller, resolve, reject, isRunning: false }
      this.#waiting += 1
      if (queue) queue.push(waiting)
      else {
        this.#queues.set(job.file, [waiting])
        this.#ready.push(job.file)
        this.#dispatch()
      }
      if (waiting.isRunning) return
      waiting.since = performance.now()
      waiting.stopListening = caller?.whenGone(() => this.#leave(waiting, new PoolFailure('abandoned')))
    })
  }

  /** Tells all processes to close a database that is gone, before their next job. */
  forget(file: string): void {
    for (const worker of this.#workers) if (worker.files.has(file)) worker.forget.push(file)
  }

  /** Refuses new jobs, and waits for those that there are until `graceMs` have passed. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#upkeep)
    if (this.#queues.size > 0) {
      const emptied = new Promise<void>((resolve) => {
        this.#emptied = resolve
      })
      await Promise.race([emptied, delay(graceMs)])
    }
    clearInterval(this.#watch)
    clearTimeout(this.#patience)
    clearTimeout(this.#restart)
    const workers = [...this.#workers]
    for (const worker of workers) worker.end()
    const ends = Promise.all(workers.map(({ closed }) => closed))
    await Promise.race([ends, delay(Math.min(graceMs, 2000))])
    for (const worker of this.#workers) worker.kill()
    await ends
  }

  #dispatch(): void {
    while (this.#ready.length > 0 && this.#free.length > 0) {
      const file = this.#ready[0] as string
      const [waiting] = this.#queues.get(file) as [Waiting, ...Waiting[]]
      if (!this.#isAdmitted(waiting)) continue
      this.#ready.shift()
      this.#run(this.#take(file), waiting)
    }
    if (this.#ready.length === 0 || this.#patience || !this.#mayStart()) return
    this.#patience = setTimeout(() => {
      this.#patience = undefined
      if (this.#ready.length === 0 || !this.#mayStart()) return
      this.#start()
      this.#dispatch()
    }, PATIENCE_MS)
  }

  #mayStart(): boolean {
    return this.#workers.size < this.#options.max && !this.#restart
  }

  /** Whether a job whose turn has come may run; if not, it has left. */
  #isAdmitted(waiting: Waiting): boolean {
    if (waiting.since === undefined) return true
    waiting.stopListening?.()
    try {
      waiting.caller?.check()
      return true
    } catch (error) {
      this.#leave(waiting, error)
      return false
    }
  }

  #leave(waiting: Waiting, error: unknown): void {
    const { file } = waiting.job
    const queue = this.#queues.get(file) ?? []
    const index = queue.indexOf(waiting)
    if (index < 0 || waiting.isRunning) return
    queue.splice(index, 1)
    if (queue.length === 0) {
      this.#queues.delete(file)
      this.#ready.splice(this.#ready.indexOf(file), 1)
    }
    this.#waiting -= 1
    waiting.stopListening?.()
    waiting.reject(error)
    if (this.#queues.size === 0) this.#emptied?.()
  }

  #refuseLate(): void {
    const since = performance.now() - this.#options.waitMs
    for (const queue of this.#queues.values()) {
      // Oldest first, behind the one that runs.
      for (const waiting of [...queue]) {
        if (waiting.isRunning) continue
        if ((waiting.since ?? since) >= since) break
        this.#leave(waiting, new PoolFailure('late'))
      }
    }
  }

  #take(file: string): WorkerProcess {
    let index = this.#free.findLastIndex(({ files }) => files.has(file))
    if (index < 0) index = this.#free.length - 1
    return this.#free.splice(index, 1)[0] as WorkerProcess
  }

  #run(worker: WorkerProcess, waiting: Waiting): void {
    const { job, body, resolve, reject } = waiting
    waiting.isRunning = true
    const running: Running = { since: performance.now() }
    this.#running.set(worker, running)
    worker.run(job, body, (answer: JobAnswer) => {
      this.#running.delete(worker)
      this.#waiting -= 1
      if (answer) {
        this.#failures = 0
        resolve(answer)
        if (!running.killedFor) this.#release(worker)
      } else {
        const reason = running.killedFor ?? 'crashed'
        this.ended[reason] += 1
        reject(new PoolFailure(reason))
      }
      this.#next(job.file)
    })
  }

  #killExcessive(): void {
    const now = performance.now()
    const { timeoutMs, memoryBytes, temporaryFolder, temporaryBytes: mostTemporary } = this.#options
    for (const [worker, running] of this.#running) {
      const ms = now - running.since
      if (running.killedFor || ms < Math.min(WATCH_MS, timeoutMs)) continue
      if (ms >= timeoutMs) running.killedFor = 'timeout'
      else if (residentMemory(worker.pid ?? 0) > memoryBytes) running.killedFor = 'memory'
      else if (temporaryBytes(worker.pid ?? 0, temporaryFolder) > mostTemporary)
        running.killedFor = 'temporary'
      else continue
      worker.kill()
    }
  }

  #next(file: string): void {
    const queue = this.#queues.get(file)
    queue?.shift()
    if (queue && queue.length > 0) this.#ready.push(file)
    else this.#queues.delete(file)
    if (this.#queues.size === 0) this.#emptied?.()
    this.#dispatch()
  }

  #release(worker: WorkerProcess): void {
    worker.idleSince = performance.now()
    this.#free.push(worker)
  }

  #start(): void {
    const worker = WorkerProcess.start(this.#options.limits, this.#options.temporaryFolder)
    if (!worker) {
      this.notStarted += 1
      this.#restartAfterFailure()
      return
    }
    this.#workers.add(worker)
    this.#free.push(worker)
    void worker.closed.then(() => this.#remove(worker))
  }

  #remove(worker: WorkerProcess): void {
    this.#workers.delete(worker)
    const index = this.#free.indexOf(worker)
    if (index >= 0) this.#free.splice(index, 1)
    const isYoung = performance.now() - worker.startedAt < YOUNG_MS
    if (isYoung && !worker.hasRun) this.#restartAfterFailure()
    else if (isYoung) this.#restartIn(RESTART_MS)
    else this.#restore()
  }

  /** Not where a job may be to blame: whoever sends such jobs would slow down the others. */
  #restartAfterFailure(): void {
    this.#restartIn(Math.min(RESTART_MS * 2 ** this.#failures, LONGEST_RESTART_MS))
    this.#failures += 1
  }

  #restartIn(ms: number): void {
    this.#restart ??= setTimeout(() => {
      this.#restart = undefined
      this.#restore()
    }, ms)
  }

  #restore(): void {
    while (!this.#isClosed && this.#workers.size < this.#options.min && !this.#restart) this.#start()
    // Also above the minimum: a job may wait for the place that has become free.
    this.#dispatch()
  }

  #endIdle(): void {
    const since = performance.now() - IDLE_MS
    for (const worker of [...this.#free]) {
      if (this.#workers.size <= this.#options.min) return
      if (worker.idleSince > since) continue
      this.#free.splice(this.#free.indexOf(worker), 1)
      worker.end()
    }
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
