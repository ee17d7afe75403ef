import { createHash } from 'node:crypto'
import type { RawRow } from '@persql/session-core'

/** Text is hashed in pieces of this size: many small ones take longer. */
const PIECE = 32 * 1024

/** A SHA-256 over sessions and rows in the order in which they are added, and their numbers. */
export class Checksum {
  readonly #hash = createHash('sha256')
  #text = ''
  sessions = 0
  items = 0

  addSession(sessionId: string): void {
    this.sessions += 1
    this.#add(`session ${JSON.stringify(sessionId)}\n`)
  }

  addRow({ createdAt, data }: Pick<RawRow, 'createdAt' | 'data'>): void {
    this.items += 1
    const isText = typeof data === 'string'
    const [length, storage] = isText ? [data.length, 'text'] : [data.bytes.length, data.storage]
    // The lengths keep two rows apart from one that looks like both.
    this.#add(`item ${JSON.stringify(createdAt)} ${storage} ${length}\n`)
    if (isText) this.#add(data)
    else this.#flush().update(data.bytes)
  }

  /** Ends it. */
  digest(): string {
    return this.#flush().digest('hex')
  }

  #add(text: string): void {
    this.#text += text
    if (this.#text.length > PIECE) this.#flush()
  }

  #flush() {
    this.#hash.update(this.#text)
    this.#text = ''
    return this.#hash
  }
}
