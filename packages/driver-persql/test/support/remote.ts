import { PerSQL, type PerSQLOptions } from '@persql/sdk'
import { createServer, type ServerOptions } from '@persql/server'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { afterAll } from 'vitest'

/** A server for the tests of a file, gone after them. */
export async function remote(options: Pick<ServerOptions, 'limits'> = {}) {
  const data = temporaryFolder(afterAll)
  const server = await createServer({ data, port: 0, namespace: 'acme', sweepInterval: 0, ...options })
  const clients: PerSQL[] = []

  function client(options: Omit<PerSQLOptions, 'local'> = {}): PerSQL {
    const made = new PerSQL({ token: server.adminToken, baseURL: server.url, ...options })
    clients.push(made)
    return made
  }

  afterAll(async () => {
    for (const made of clients) await made.close()
    await server.close()
  })
  return { client }
}
