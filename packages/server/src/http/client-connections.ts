import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const WATCH_MS = 1000
/** How long an answer may wait to be read, and the speed at which it has to be read beyond that. */
const UNREAD_MS = 30_000
const UNREAD_BYTES_PER_MS = 128

interface Busy {
  readonly answers: Set<ServerResponse>
  /** Since when the client has left something unread, and how much it was then. */
  unread?: { readonly since: number; readonly bytes: number } | undefined
}

/**
 * Keeps the connections of clients within a number, and what they leave unread within a sum.
 *
 * A new connection takes the place of the one that has been without a request for the longest time; where all have
 * one, it is closed. Where unread answers are too large together, or one is read too slowly, connections are cut, the
 * one that has been busy longest first.
 */
export class ClientConnections {
  /** Connections closed to make room, refused, and cut because their clients did not read. */
  readonly closed = { idle: 0, refused: 0, unread: 0 }

  readonly #most: number
  readonly #unreadBytes: number
  readonly #watch: NodeJS.Timeout
  /** In the order in which they became so. */
  readonly #idle = new Set<Socket>()
  readonly #busy = new Map<Socket, Busy>()

  constructor(http: Server, { most, unreadBytes }: { readonly most: number; readonly unreadBytes: number }) {
    this.#most = most
    this.#unreadBytes = unreadBytes
    http.maxConnections = most
    http.on('connection', (socket: Socket) => this.#open(socket))
    http.on('request', ({ socket }: IncomingMessage, answer: ServerResponse) => this.#begin(socket, answer))
    http.on('drop', () => {
      this.closed.refused += 1
    })
    this.#watch = setInterval(() => this.#cutSlow(performance.now()), WATCH_MS)
    this.#watch.unref()
    http.once('close', () => clearInterval(this.#watch))
  }

  get open(): number {
    return this.#idle.size + this.#busy.size
  }

  /** To be called when a large answer is on its way. */
  cutUnread(): void {
    const unread = [...this.#busy].flatMap(([socket, { answers }]) => {
      const bytes = unreadOf(answers)
      return bytes > 0 ? [{ socket, bytes }] : []
    })
    // The latest one has had no time to be read.
    let sum = unread.reduce((bytes, one) => bytes + one.bytes, 0)
    for (const { socket, bytes } of unread.slice(0, -1)) {
      if (sum <= this.#unreadBytes) return
      sum -= bytes
      this.#cut(socket)
    }
  }

  #open(socket: Socket): void {
    // Each request that waits for its turn listens for the end of its connection.
    socket.setMaxListeners(0)
    this.#idle.add(socket)
    socket.once('close', () => {
      this.#idle.delete(socket)
      this.#busy.delete(socket)
    })
    this.#makeRoom(socket)
  }

  #begin(socket: Socket, answer: ServerResponse): void {
    this.#idle.delete(socket)
    let busy = this.#busy.get(socket)
    if (!busy) {
      busy = { answers: new Set() }
      this.#busy.set(socket, busy)
    }
    const { answers } = busy
    answers.add(answer)
    answer.once('close', () => {
      answers.delete(answer)
      if (answers.size > 0 || !this.#busy.delete(socket) || socket.destroyed) return
      this.#idle.add(socket)
      this.#makeRoom()
    })
  }

  /** For the next connection: once it comes, it is too late. */
  #makeRoom(latest?: Socket): void {
    if (this.open < this.#most) return
    const [longest] = this.#idle
    if (!longest || longest === latest) return
    this.closed.idle += 1
    this.#idle.delete(longest)
    longest.destroy()
  }

  #cutSlow(now: number): void {
    this.cutUnread()
    for (const [socket, busy] of this.#busy) {
      const bytes = unreadOf(busy.answers)
      if (bytes === 0) busy.unread = undefined
      else busy.unread ??= { since: now, bytes }
      const { unread } = busy
      if (!unread || now - unread.since < UNREAD_MS + unread.bytes / UNREAD_BYTES_PER_MS) continue
      this.#cut(socket)
    }
  }

  #cut(socket: Socket): void {
    this.closed.unread += 1
    this.#busy.delete(socket)
    socket.destroy()
  }
}

/** Of an answer whose turn has come, this includes what its connection has not sent. */
function unreadOf(answers: ReadonlySet<ServerResponse>): number {
  let bytes = 0
  for (const { writableLength } of answers) bytes += writableLength
  return bytes
}
