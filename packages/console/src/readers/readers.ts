import { realpathSync } from 'node:fs'
import type { SqlDriver } from '@persql/session-core'
import { type ApiAnswer, failure } from '../database-api.ts'
import { type ReadCall, ReaderProcess } from './reader-process.ts'

/** A browser makes six calls at a time, and a view fewer that take long. */
const MOST = 4
/** How long a call waits for a reader that is busy before another one starts, in ms: most calls take less. */
const PATIENCE = 20
/** How often those that have no work are ended but for one, in ms. */
const UPKEEP = 30_000

/**
 * Answers reads of a SQLite file side by side, each in a process of its own, so that a long one holds up nothing else.
 * The driver is the first to open the file and the last to close it, so what a killed reader leaves beside the file is
 * taken away with the driver's own.
 */
export class Readers {
  readonly #file: Promise<string | undefined>
  readonly #all = new Set<ReaderProcess>()
  readonly #idle: ReaderProcess[] = []
  readonly #waiting: ((reader: ReaderProcess | undefined) => void)[] = []
  readonly #upkeep: NodeJS.Timeout
  #starting = 0
  #isUsable = true

  constructor(driver: SqlDriver, file: string) {
    this.#file = openedFile(driver, file)
    // So that the first page does not wait for it.
    void this.#file.then((opened) => opened !== undefined && this.#start(opened))
    this.#upkeep = setInterval(() => {
      for (const reader of this.#idle.splice(1)) reader.end()
    }, UPKEEP)
    this.#upkeep.unref()
  }

  /**
   * Resolves with nothing where the driver has to be asked: it reads another file, such as a copy, or none, or no process
   * starts here, or it may know better what is wrong with the file.
   */
  async answer(call: ReadCall, signal: AbortSignal): Promise<ApiAnswer | undefined> {
    const file = await this.#file
    const reader = file === undefined ? undefined : await this.#take(file)
    if (!reader) return undefined
    const answer = signal.aborted ? undefined : await reader.run(call, signal)
    this.#give(reader)
    if (!answer) return failure(503, 'The call was given up, or took more memory than there is.')
    return answer.kind === 'unknown' ? undefined : answer
  }

  /** Ends what is running. Resolves once no reader has the file open; later calls are the driver's. */
  async close(): Promise<void> {
    this.#isUsable = false
    clearInterval(this.#upkeep)
    await this.#file
    const all = [...this.#all]
    for (const reader of all) reader.end()
    await Promise.all(all.map(({ ended }) => ended))
  }

  #take(file: string): Promise<ReaderProcess | undefined> {
    const reader = this.#idle.pop()
    if (reader) return Promise.resolve(reader)
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (this.#all.size > 0) setTimeout(() => this.#startForWaiting(file), PATIENCE)
      else this.#startForWaiting(file)
      this.#refuseInVain()
    })
  }

  #startForWaiting(file: string): void {
    if (this.#waiting.length > this.#starting) this.#start(file)
  }

  #start(file: string): void {
    if (!this.#isUsable || this.#all.size >= MOST) return
    const reader = ReaderProcess.start(file)
    if (!reader) return
    this.#all.add(reader)
    this.#starting += 1
    void reader.ready.then((isReady) => {
      this.#starting -= 1
      if (isReady) this.#give(reader)
      // What fails once, fails again, and takes its time.
      else this.#isUsable = false
    })
    void reader.ended.then(() => {
      this.#all.delete(reader)
      const index = this.#idle.indexOf(reader)
      if (index >= 0) this.#idle.splice(index, 1)
      this.#startForWaiting(file)
      this.#refuseInVain()
    })
  }

  #give(reader: ReaderProcess): void {
    if (!this.#all.has(reader)) return
    const next = this.#waiting.shift()
    if (next) next(reader)
    else this.#idle.push(reader)
  }

  #refuseInVain(): void {
    if (this.#all.size > 0) return
    for (const resolve of this.#waiting.splice(0)) resolve(undefined)
  }
}

/** The real path of the file, where that is what the driver has open. */
async function openedFile(driver: SqlDriver, file: string): Promise<string | undefined> {
  const statement = { sql: `select file from pragma_database_list where name = 'main'` }
  try {
    const [opened] = await driver.batch([statement], { readOnly: true })
    const path = realpathSync(file)
    return realpathSync(String(opened?.rows[0]?.[0])) === path ? path : undefined
  } catch {
    return undefined
  }
}
