import { tcpProxy } from '@persql/test-support/tcp-proxy'

/** A TCP proxy that counts the requests and the bytes of the answers that it passes on. */
export interface CountingProxy {
  readonly url: string
  readonly requests: number
  readonly answered: number
  close(): Promise<void>
}

/** For clients that wait for an answer before they send their next request on a connection. */
export async function countingProxy(to: string): Promise<CountingProxy> {
  let requests = 0
  let answered = 0
  const { url, close } = await tcpProxy(Number(new URL(to).port), ({ client, server }) => {
    let isAnswered = true
    return {
      request(piece) {
        if (isAnswered) requests += 1
        isAnswered = false
        server.write(piece)
      },
      reply(piece) {
        isAnswered = true
        answered += piece.length
        client.write(piece)
      },
    }
  })
  return {
    url,
    close,
    get requests() {
      return requests
    },
    get answered() {
      return answered
    },
  }
}
