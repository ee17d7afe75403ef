import type { IncomingMessage } from 'node:http'
import { ApiError } from './answers/api-error.ts'
import type { HeldBytes } from './held-bytes.ts'

/** After a body that is too large, what still comes is thrown away for so long; then the connection is cut. */
const DRAIN_MS = 2000

/**
 * The bytes of a JSON body, which the caller gives back to `held` in the end. Throws 413 for more than the limit, 415
 * for what is not plain JSON, and 503 where too much is held already; then it holds nothing.
 */
export function readBody(request: IncomingMessage, limit: number, held: HeldBytes): Promise<Buffer> {
  const { 'content-type': type, 'content-encoding': encoding, 'content-length': length } = request.headers
  if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type)) {
    return refuse(request, 415, 'The body must be sent as application/json.')
  }
  // Compressed bodies could be bombs; a proxy in front can unpack them.
  if (encoding !== undefined && encoding !== 'identity') {
    return refuse(request, 415, 'The body must not be compressed.')
  }
  if (Number(length ?? 0) > limit) return refuse(request, 413, tooLarge(limit))
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let size = 0
    const fail = (error: ApiError) => {
      held.give(size)
      size = 0
      pieces.length = 0
      reject(error)
    }
    const onData = (piece: Buffer) => {
      if (size + piece.length <= limit && held.take(piece.length)) {
        size += piece.length
        pieces.push(piece)
        return
      }
      request.off('data', onData)
      const refusal = size + piece.length > limit ? tooLarge(limit) : 'Too many large requests are under way.'
      refuse(request, size + piece.length > limit ? 413 : 503, refusal).catch(fail)
    }
    request.on('data', onData)
    request.once('end', () => {
      const [first] = pieces
      resolve(first && pieces.length === 1 ? first : Buffer.concat(pieces))
    })
    request.once('error', () => fail(new ApiError(400, 'The body did not arrive.')))
    request.once('close', () => {
      if (!request.complete) fail(new ApiError(400, 'The body did not arrive.'))
    })
  })
}

/** Throws away what still comes of a body, for a while. */
export function drain(request: IncomingMessage): void {
  request.resume()
  const timer = setTimeout(() => request.socket.destroy(), DRAIN_MS)
  timer.unref()
  request.once('end', () => clearTimeout(timer))
}

function refuse(request: IncomingMessage, status: number, message: string): Promise<never> {
  drain(request)
  return Promise.reject(new ApiError(status, message, { headers: { connection: 'close' } }))
}

function tooLarge(limit: number): string {
  return `The body is larger than ${limit} bytes.`
}
