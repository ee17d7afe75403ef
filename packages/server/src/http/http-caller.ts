import type { Caller } from '../pool/worker-pool.ts'
import type { Tokens } from '../registry/tokens.ts'
import { ApiError } from './answers/api-error.ts'
import { authenticate } from './authenticate.ts'
import type { Call } from './services.ts'

/** Whoever waits for the answer to a request: gone with its connection, and refused once its token has ended. */
export class HttpCaller implements Caller {
  readonly #call: Call
  readonly #tokens: Tokens

  constructor(call: Call, tokens: Tokens) {
    this.#call = call
    this.#tokens = tokens
  }

  check(): void {
    if (this.#call.env.incoming.socket.destroyed) throw gone()
    authenticate(this.#call, this.#tokens)
  }

  whenGone(callback: () => void): () => void {
    const { socket } = this.#call.env.incoming
    socket.once('close', callback)
    return () => socket.off('close', callback)
  }
}

/** For the log and the metrics: nobody is there to read it. The status is the one that proxies use for this. */
export function gone(): ApiError {
  return new ApiError(499, 'The connection was closed.')
}
