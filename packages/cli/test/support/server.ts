import { createServer } from '@persql/server'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { onTestFinished } from 'vitest'

/** A server of its own for one test, and the environment that leads to it. */
export async function startServer() {
  const server = await createServer({
    data: temporaryPaths()('data'),
    port: 0,
    namespace: 'acme',
    sweepInterval: 0,
  })
  onTestFinished(() => server.close())
  return { server, env: { PERSQL_API_URL: server.url, PERSQL_TOKEN: server.adminToken ?? '' } }
}
