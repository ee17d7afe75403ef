const LENGTHS = 8
/** UTF-8 needs at most so many bytes for each unit of a string. */
const BYTES_PER_UNIT = 3
/** Frames up to this size share one buffer, because fresh memory is slow at first. */
const SHARED_BYTES = 4 * 1024 * 1024

let shared: Buffer | undefined

/** A head as JSON and a body as bytes, each after its length, in one buffer that is the caller's to keep. */
export function encodeFrame(head: object, body: Uint8Array): Buffer {
  const text = JSON.stringify(head)
  const headLength = Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(LENGTHS + headLength + body.length)
  frame.writeUInt32LE(headLength, 0)
  frame.writeUInt32LE(body.length, 4)
  frame.write(text, LENGTHS)
  frame.set(body, LENGTHS + headLength)
  return frame
}

/** The same for text, in a buffer that the next call uses again. */
export function encodeTextFrame(head: object, body: string): Buffer {
  const text = JSON.stringify(head)
  const most = LENGTHS + (text.length + body.length) * BYTES_PER_UNIT
  const frame =
    most > SHARED_BYTES
      ? Buffer.allocUnsafe(LENGTHS + Buffer.byteLength(text) + Buffer.byteLength(body))
      : sharedBuffer()
  const headLength = frame.write(text, LENGTHS)
  const bodyLength = frame.write(body, LENGTHS + headLength)
  frame.writeUInt32LE(headLength, 0)
  frame.writeUInt32LE(bodyLength, 4)
  return frame.subarray(0, LENGTHS + headLength + bodyLength)
}

function sharedBuffer(): Buffer {
  shared ??= Buffer.allocUnsafe(SHARED_BYTES)
  return shared
}

export interface Frame<Head> {
  readonly head: Head
  /** In the pieces that it came in. */
  readonly body: readonly Buffer[]
}

/** Puts frames together again from the pieces of a stream. At most one frame is under way at a time. */
export class FrameReader<Head> {
  #pieces: Buffer[] = []
  #length = 0
  #headEnd = 0
  #needed = LENGTHS

  /** The frame that a piece completes, if it does. */
  push(piece: Buffer): Frame<Head> | undefined {
    this.#pieces.push(piece)
    this.#length += piece.length
    if (this.#length < this.#needed) return
    if (this.#headEnd === 0) {
      // The first piece holds at least the lengths, or is joined with those that do.
      const start = joined(this.#pieces)
      this.#pieces = [start]
      this.#headEnd = LENGTHS + start.readUInt32LE(0)
      this.#needed = this.#headEnd + start.readUInt32LE(4)
      if (this.#length < this.#needed) return
    }
    const [first, ...others] = this.#first(this.#headEnd)
    const head = JSON.parse(first.toString('utf8', LENGTHS, this.#headEnd)) as Head
    const body = [first.subarray(this.#headEnd), ...others]
    this.#pieces = []
    this.#length = 0
    this.#headEnd = 0
    this.#needed = LENGTHS
    return { head, body }
  }

  /** The pieces, the first of which is at least so long. */
  #first(length: number): [Buffer, ...Buffer[]] {
    const [first, ...others] = this.#pieces as [Buffer, ...Buffer[]]
    return first.length >= length ? [first, ...others] : [joined(this.#pieces)]
  }
}

export function joined(pieces: readonly Buffer[]): Buffer {
  const [first] = pieces
  return first && pieces.length === 1 ? first : Buffer.concat(pieces)
}
