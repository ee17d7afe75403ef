import { tcpProxy } from '@persql/test-support/tcp-proxy'

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
  const proxy = await tcpProxy(port, ({ client, server }) => {
    let fault: (typeof FAULTS)[number] | undefined
    return {
      request(piece) {
        if (!fault && random() < share) {
          fault = FAULTS[Math.floor(random() * FAULTS.length)]!
          harmed[fault] += 1
        }
        if (fault === 'cut') client.destroy()
        else server.write(piece)
      },
      reply(piece) {
        const now = fault
        fault = undefined
        if (now === 'drop') client.destroy()
        else if (now === 'truncate') client.write(piece.subarray(0, piece.length / 2), () => client.destroy())
        else if (now === 'delay') setTimeout(() => client.write(piece), 20)
        else client.write(piece)
      },
    }
  })
  return { ...proxy, harmed }
}
