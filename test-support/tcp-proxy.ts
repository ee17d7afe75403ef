import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** The two ends of one connection. Where one is destroyed, the other is as well. */
export interface Connection {
  readonly client: Socket
  readonly server: Socket
}

/** What becomes of each piece that comes in. Absent: it is passed on. */
export interface Relay {
  readonly request?: (piece: Buffer) => void
  readonly reply?: (piece: Buffer) => void
}

export interface TcpProxy {
  readonly url: string
  /** Cuts all connections. */
  close(): Promise<void>
}

/**
 * A proxy to a port of this machine. `relay` is asked for each connection, and so is `port` where it is a function.
 */
export async function tcpProxy(
  port: number | (() => number),
  relay: (connection: Connection) => Relay,
): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(typeof port === 'number' ? port : port(), '127.0.0.1')
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    const { request = (piece) => server.write(piece), reply = (piece) => client.write(piece) } = relay({
      client,
      server,
    })
    client.on('data', request)
    server.on('data', reply)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}
