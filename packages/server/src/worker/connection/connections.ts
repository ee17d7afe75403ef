import { rmSync } from 'node:fs'
import { upgradeRecords } from '../execute/upgrade-records.ts'
import type { WorkerLimits } from '../wire/job.ts'
import { Connection } from './connection.ts'
import { FILE_PARTS } from './file-parts.ts'
import { type Policy, policyKey } from './policy.ts'

// https://sqlite.org/rescode.html#ioerr_shmsize
const NO_ROOM_FOR_INDEX = 4874

/** The databases that a worker has open, least recently used first. */
export class Connections {
  readonly #limits: WorkerLimits
  readonly #open = new Map<string, { readonly file: string; readonly connection: Connection }>()

  readonly #alone = new Set<string>()

  constructor(limits: WorkerLimits) {
    this.#limits = limits
  }

  /** Throws where a later version of the server has written to the database. */
  get(file: string, policy: Policy): Connection {
    const connection = this.#get(file, policy)
    if (connection.hasFormerRecords) upgradeRecords(connection)
    return connection
  }

  #get(file: string, policy: Policy): Connection {
    const key = `${policyKey(policy)} ${file}`
    const known = this.#open.get(key)
    if (known) {
      this.#open.delete(key)
      this.#open.set(key, known)
      return known.connection
    }
    const [oldest] = this.#open.keys()
    if (this.#open.size >= this.#limits.openDatabases && oldest !== undefined) this.#close(oldest)
    const connection = this.#connect(file, policy, key)
    this.#open.set(key, { file, connection })
    return connection
  }

  /** To be called after each job. */
  closeAlone(): void {
    for (const key of this.#alone) this.#close(key)
    this.#alone.clear()
  }

  forget(file: string): void {
    for (const [key, entry] of [...this.#open]) if (entry.file === file) this.#close(key)
  }

  /** Deletes a database. */
  drop(file: string): void {
    this.forget(file)
    for (const part of FILE_PARTS) rmSync(file + part, { force: true })
  }

  closeAll(): void {
    for (const key of [...this.#open.keys()]) this.#close(key)
  }

  #connect(file: string, policy: Policy, key: string): Connection {
    try {
      return new Connection(file, policy, this.#limits)
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== NO_ROOM_FOR_INDEX) throw error
      // On a full disk, databases can still be read, and emptied.
      const connection = new Connection(file, policy, this.#limits, true)
      this.#alone.add(key)
      return connection
    }
  }

  #close(key: string): void {
    const entry = this.#open.get(key)
    this.#open.delete(key)
    entry?.connection.close()
  }
}
