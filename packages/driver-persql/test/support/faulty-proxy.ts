import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const FAULTS = ['cut', 'drop', 'truncate', 'delay'] as const

/**
 * A TCP proxy that harms a share of the exchanges: it cuts the connection before the request arrives, drops or
 * truncates the reply, or delays it.
 */
export async function faultyProxy(port: number, share: number, random: () => number) {
  const harmed = { cut: 0, drop: 0, truncate: 0, delay: 0 }
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    let fault: (typeof FAULTS)[number] | undefined
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
      if (!fault && random() < share) {
        fault = FAULTS[Math.floor(random() * FAULTS.length)]!
        harmed[fault] += 1
      }
      if (fault === 'cut') client.destroy()
      else upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      const now = fault
      fault = undefined
      if (now === 'drop') client.destroy()
      else if (now === 'truncate') client.write(chunk.subarray(0, chunk.length / 2), () => client.destroy())
      else if (now === 'delay') setTimeout(() => client.write(chunk), 20)
      else client.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    harmed,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
