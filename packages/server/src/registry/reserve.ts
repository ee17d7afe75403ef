import { randomBytes } from 'node:crypto'
import { appendFileSync, statfsSync, statSync, truncateSync } from 'node:fs'
import { dirname } from 'node:path'

const BYTES = 1024 * 1024
const SLICE = 64 * 1024

/** A file that keeps room on the disk for what makes room, such as deleting a database. */
export class Reserve {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  /** Takes what is missing, where the disk has room for more than that. */
  fill(): void {
    const missing = BYTES - this.#size()
    try {
      const { bavail, bsize } = statfsSync(dirname(this.#file))
      // Random, because file systems make nothing of zeros.
      if (missing > 0 && bavail * bsize > 2 * missing) {
        appendFileSync(this.#file, randomBytes(missing), { mode: 0o600 })
      }
    } catch {
      // The disk has become full meanwhile. What there is will do until the next time.
    }
  }

  /** Gives a part back to the disk. False where nothing is left. */
  free(): boolean {
    const size = this.#size()
    if (size === 0) return false
    truncateSync(this.#file, Math.max(0, size - SLICE))
    return true
  }

  #size(): number {
    return statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0
  }
}
