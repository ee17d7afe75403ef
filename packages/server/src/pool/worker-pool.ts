import type { Job, ReplyHead, WorkerLimits } from '../worker/job.ts'
import { residentMemory } from './resident-memory.ts'
import { type JobAnswer, WorkerProcess } from './worker-process.ts'

export interface WorkerPoolOptions {
  readonly limits: WorkerLimits
  /** Processes that are always there. */
  readonly min: number
  /** Processes that may be there while all are busy. */
  readonly max: number
  /** How long a job may run before its process is killed. */
  readonly timeoutMs: number
  /** How much memory a process may hold while it runs a job, before it is killed. */
  readonly memoryBytes: number
  /** Jobs that may wait for one database. */
  readonly queue: number
}

/** Why a job has no answer. */
export class PoolFailure extends Error {
  override readonly name = 'PoolFailure'
  readonly reason: 'timeout' | 'memory' | 'crashed' | 'overloaded' | 'closed'

  constructor(reason: PoolFailure['reason']) {
    super(`The job has no answer: ${reason}.`)
    this.reason = reason
  }
}

export interface PoolReply {
  readonly head: ReplyHead
  /** In pieces. Each one after the first has its memory to itself. */
  readonly body: readonly Buffer[]
}

interface Running {
  readonly since: number
  killedFor?: 'timeout' | 'memory'
}

interface Waiting {
  readonly job: Job
  readonly body: Uint8Array
  readonly resolve: (reply: PoolReply) => void
  readonly reject: (failure: PoolFailure) => void
}

const NOTHING = new Uint8Array()
/** How often running jobs are looked at. */
const WATCH_MS = 50
/** Jobs that wait this long, because all processes are busy, get a new one. */
const PATIENCE_MS = 20
/** Processes beyond the minimum end after so long without work. */
const IDLE_MS = 30_000
/** A process that ends this young may do so again: the next one waits. */
const YOUNG_MS = 1000
const RESTART_MS = 100

/**
 * Runs jobs in processes: those for one database one after the other, in the order of the calls, and those for
 * different databases side by side. Any process serves any database, and one that has it open already goes first. A
 * job that runs too long costs its process; other databases go on in the others meanwhile.
 */
export class WorkerPool {
  /** Processes killed because a job ran too long, and those that ended by themselves. */
  readonly ended = { timeout: 0, memory: 0, crashed: 0 }

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
  #waiting = 0
  #isClosed = false
  #emptied: (() => void) | undefined

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    for (let count = 0; count < options.min; count++) this.#free.push(this.#start())
    this.#upkeep = setInterval(() => this.#endIdle(), IDLE_MS / 2)
    this.#upkeep.unref()
    this.#watch = setInterval(() => this.#killExcessive(), WATCH_MS)
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

  /** Rejects with a {@link PoolFailure} where there is no answer; then whether the job took effect is not known. */
  run(job: Job, body: Uint8Array = NOTHING): Promise<PoolReply> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new PoolFailure('closed'))
      const queue = this.#queues.get(job.file)
      if (queue && queue.length > this.#options.queue) return reject(new PoolFailure('overloaded'))
      const waiting = { job, body, resolve, reject }
      this.#waiting += 1
      if (queue) {
        queue.push(waiting)
        return
      }
      this.#queues.set(job.file, [waiting])
      this.#ready.push(job.file)
      this.#dispatch()
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
    const workers = [...this.#workers]
    for (const worker of workers) worker.end()
    const ends = Promise.all(workers.map(({ closed }) => closed))
    await Promise.race([ends, delay(Math.min(graceMs, 2000))])
    for (const worker of this.#workers) worker.kill()
    await ends
  }

  #dispatch(): void {
    while (this.#ready.length > 0 && this.#free.length > 0) {
      const file = this.#ready.shift() as string
      const [waiting] = this.#queues.get(file) ?? []
      if (waiting) this.#run(this.#take(file), waiting)
    }
    if (this.#ready.length === 0 || this.#patience || this.#workers.size >= this.#options.max) return
    this.#patience = setTimeout(() => {
      this.#patience = undefined
      if (this.#ready.length === 0 || this.#workers.size >= this.#options.max) return
      this.#free.push(this.#start())
      this.#dispatch()
    }, PATIENCE_MS)
  }

  #take(file: string): WorkerProcess {
    let index = this.#free.findLastIndex(({ files }) => files.has(file))
    if (index < 0) index = this.#free.length - 1
    return this.#free.splice(index, 1)[0] as WorkerProcess
  }

  #run(worker: WorkerProcess, { job, body, resolve, reject }: Waiting): void {
    const running: Running = { since: performance.now() }
    this.#running.set(worker, running)
    worker.run(job, body, (answer: JobAnswer) => {
      this.#running.delete(worker)
      this.#waiting -= 1
      if (answer) {
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
    const { timeoutMs, memoryBytes } = this.#options
    for (const [worker, running] of this.#running) {
      const ms = now - running.since
      if (running.killedFor || ms < Math.min(WATCH_MS, timeoutMs)) continue
      if (ms >= timeoutMs) running.killedFor = 'timeout'
      else if (residentMemory(worker.pid ?? 0) > memoryBytes) running.killedFor = 'memory'
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

  #start(): WorkerProcess {
    const worker = new WorkerProcess(this.#options.limits)
    this.#workers.add(worker)
    void worker.closed.then(() => this.#remove(worker))
    return worker
  }

  #remove(worker: WorkerProcess): void {
    this.#workers.delete(worker)
    const index = this.#free.indexOf(worker)
    if (index >= 0) this.#free.splice(index, 1)
    setTimeout(() => this.#restore(), performance.now() - worker.startedAt < YOUNG_MS ? RESTART_MS : 0)
  }

  #restore(): void {
    if (this.#isClosed) return
    if (this.#workers.size < this.#options.min) this.#free.push(this.#start())
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
