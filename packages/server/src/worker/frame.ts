const LENGTHS = 8

/** A head as JSON and a body as bytes, each after its length, in one buffer. */
export function encodeFrame(head: object, body: string | Uint8Array): Buffer {
  const text = JSON.stringify(head)
  const headLength = Buffer.byteLength(text)
  const bodyLength = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  const frame = Buffer.allocUnsafe(LENGTHS + headLength + bodyLength)
  frame.writeUInt32LE(headLength, 0)
  frame.writeUInt32LE(bodyLength, 4)
  frame.write(text, LENGTHS)
  if (typeof body === 'string') frame.write(body, LENGTHS + headLength)
  else frame.set(body, LENGTHS + headLength)
  return frame
}

export interface Frame<Head> {
  readonly head: Head
  readonly body: Buffer
}

/** Puts frames together again from the pieces of a stream. */
export class FrameReader<Head> {
  #pieces: Buffer[] = []
  #length = 0
  #needed = LENGTHS

  /** The frame that a piece completes, if it does. At most one frame is under way at a time. */
  push(piece: Buffer): Frame<Head> | undefined {
    this.#pieces.push(piece)
    this.#length += piece.length
    if (this.#length < this.#needed) return
    const bytes = this.#join()
    const headEnd = LENGTHS + bytes.readUInt32LE(0)
    this.#needed = headEnd + bytes.readUInt32LE(4)
    if (this.#length < this.#needed) return
    this.#pieces = []
    this.#length = 0
    this.#needed = LENGTHS
    const head = JSON.parse(bytes.toString('utf8', LENGTHS, headEnd)) as Head
    return { head, body: bytes.subarray(headEnd) }
  }

  #join(): Buffer {
    const [first] = this.#pieces
    if (first && this.#pieces.length === 1) return first
    const joined = Buffer.concat(this.#pieces)
    this.#pieces = [joined]
    return joined
  }
}
