import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that counts turnarounds, and can cut the connections or hand them to another server. */
export interface CountingProxy {
  /** The URL of the database, through the proxy. */
  readonly url: string
  /** How often a client that had got an answer spoke again, or spoke first. */
  turnarounds(): number
  /** Where connections go from now on. */
  readonly target: { port: number }
  /** Cuts all connections that are open: at once, or when the next answer is on its way. */
  cut(when?: 'now' | 'before the next answer'): void
  close(): Promise<void>
}

export async function countingProxy(url: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(url)
  const target = { port: Number(port) }
  const sockets = new Set<Socket>()
  let count = 0
  let cutsAnswers = false

  const server = createServer((client) => {
    const upstream = connect(target.port, hostname)
    let isAnswered = true
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true)
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (chunk) => {
      if (isAnswered) count++
      isAnswered = false
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      isAnswered = true
      if (cutsAnswers) client.destroy()
      else client.write(chunk)
      cutsAnswers = false
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = (server.address() as AddressInfo).port
  return {
    url: Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(own) }).href,
    turnarounds: () => count,
    target,
    cut(when = 'now') {
      if (when === 'now') for (const socket of sockets) socket.destroy()
      else cutsAnswers = true
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
