import { tcpProxy } from '@persql/test-support/tcp-proxy'
import { onTestFinished } from 'vitest'

/** A TCP proxy for one test that can lose replies: it cuts the connection when the server has sent one. */
export async function lossyProxy(port: number) {
  let losses = 0
  const { url, close } = await tcpProxy(port, ({ client, server }) => ({
    reply(piece) {
      if (losses === 0) return void client.write(piece)
      losses -= 1
      server.destroy()
    },
  }))
  onTestFinished(close)
  return {
    url,
    /** Loses the next replies. */
    lose(count: number) {
      losses = count
    },
  }
}
