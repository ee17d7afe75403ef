import { tcpProxy } from '@persql/test-support/tcp-proxy'

/** A proxy that counts turnarounds, cuts connections, and can lead to another server. */
export interface CountingProxy {
  /** The URL of the database, through the proxy. */
  readonly url: string
  /** How often a client that had got an answer spoke again, or spoke first. */
  turnarounds(): number
  /** Cuts all connections that are open: at once, or when the next answer is on its way. */
  cut(when?: 'now' | 'before the next answer'): void
  close(): Promise<void>
}

export async function countingProxy(url: string): Promise<CountingProxy> {
  const connections = new Set<{ destroy(): void }>()
  let count = 0
  let cutsAnswers = false
  const proxy = await tcpProxy(Number(new URL(url).port), ({ client, server }) => {
    let isAnswered = true
    connections.add(client)
    client.on('close', () => connections.delete(client))
    return {
      request(piece) {
        if (isAnswered) count++
        isAnswered = false
        server.write(piece)
      },
      reply(piece) {
        isAnswered = true
        if (cutsAnswers) client.destroy()
        else client.write(piece)
        cutsAnswers = false
      },
    }
  })
  const { host } = new URL(proxy.url)
  return {
    url: Object.assign(new URL(url), { host }).href,
    turnarounds: () => count,
    cut(when = 'now') {
      if (when === 'now') for (const client of connections) client.destroy()
      else cutsAnswers = true
    },
    close: () => proxy.close(),
  }
}
