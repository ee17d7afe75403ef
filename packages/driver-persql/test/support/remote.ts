import { subscribe } from 'node:diagnostics_channel'
import { PerSQL, type PerSQLOptions } from '@persql/sdk'
import { createServer, type ServerOptions } from '@persql/server'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { afterAll } from 'vitest'

/** A server for the tests of a file, gone after them. */
export async function remote(options: Pick<ServerOptions, 'limits'> = {}) {
  const data = temporaryFolder(afterAll)
  const server = await createServer({ data, port: 0, namespace: 'acme', sweepInterval: 0, ...options })
  const clients: PerSQL[] = []
  let requests = 0
  subscribe('http.server.request.start', () => {
    requests += 1
  })

  /** How many requests have arrived at the server's socket while `work` was done. */
  async function requestsOf(work: () => Promise<unknown>): Promise<number> {
    const before = requests
    await work()
    return requests - before
  }

  function client(options: Omit<PerSQLOptions, 'local'> = {}): PerSQL {
    const made = new PerSQL({ token: server.adminToken, baseURL: server.url, ...options })
    clients.push(made)
    return made
  }

  afterAll(async () => {
    for (const made of clients) await made.close()
    await server.close()
  })
  return { client, requestsOf }
}
