import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that counts the requests it passes on. */
export interface CountingProxy {
  readonly url: string
  readonly requests: number
  close(): Promise<void>
}

/** For clients that wait for an answer before they send their next request on a connection. */
export async function countingProxy(to: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(to)
  const sockets = new Set<Socket>()
  let requests = 0
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    let isAnswered = true
    client.on('data', (piece) => {
      if (isAnswered) requests += 1
      isAnswered = false
      upstream.write(piece)
    })
    upstream.on('data', (piece) => {
      isAnswered = true
      client.write(piece)
    })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
