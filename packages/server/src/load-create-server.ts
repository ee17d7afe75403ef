import { checkNode } from './check-node.ts'
import type { PerSQLServer } from './create-server.ts'
import type { ServerOptions } from './server-options.ts'

/** Starts a server. Resolves when it takes requests. Rejects, and names both versions, on a Node.js that is too old. */
export async function createServer(options: ServerOptions): Promise<PerSQLServer> {
  checkNode()
  // Older versions lack what this imports.
  const server = await import('./create-server.ts')
  return server.createServer(options)
}
