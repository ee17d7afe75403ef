import type { RawRow, RawSession } from '@persql/session-core'
import { GROUP, rowBytes, type SessionGroup, type SessionPart } from './group.ts'

/** Puts sessions and rows that come one after the other into groups. */
export class Grouper {
  /** Those that are complete. */
  readonly groups: SessionGroup[] = []
  #whole: SessionPart[] = []
  #wholeRows = 0
  #wholeBytes = 0
  #session: RawSession | undefined
  #rows: RawRow[] = []
  #bytes = 0
  #isFirst = true

  get sessionId(): string | undefined {
    return this.#session?.sessionId
  }

  begin(session: RawSession): void {
    this.#finish()
    // A group has each session once.
    if (this.#whole.some((part) => part.session.sessionId === session.sessionId)) this.#flush()
    this.#session = session
    this.#isFirst = true
  }

  add(row: RawRow): void {
    const bytes = rowBytes(row)
    if (this.#rows.length > 0 && (this.#rows.length === GROUP.rows || this.#bytes + bytes > GROUP.bytes)) {
      this.#flush()
      this.groups.push([this.#take(false)])
    }
    this.#rows.push(row)
    this.#bytes += bytes
  }

  end(): void {
    this.#finish()
    this.#flush()
  }

  #finish(): void {
    if (!this.#session) return
    const isFull =
      this.#whole.length === GROUP.sessions ||
      this.#wholeRows + this.#rows.length > GROUP.rows ||
      this.#wholeBytes + this.#bytes > GROUP.bytes
    if (isFull || !this.#isFirst) this.#flush()
    if (!this.#isFirst) {
      this.groups.push([this.#take(true)])
    } else {
      this.#wholeRows += this.#rows.length
      this.#wholeBytes += this.#bytes
      this.#whole.push(this.#take(true))
    }
    this.#session = undefined
  }

  #flush(): void {
    if (this.#whole.length > 0) this.groups.push(this.#whole)
    this.#whole = []
    this.#wholeRows = 0
    this.#wholeBytes = 0
  }

  #take(isLast: boolean): SessionPart {
    const part = { session: this.#session!, rows: this.#rows, isFirst: this.#isFirst, isLast }
    this.#rows = []
    this.#bytes = 0
    this.#isFirst = false
    return part
  }
}
