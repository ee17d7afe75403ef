import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { serverProcess } from '../server-process.ts'
import { packageVersions } from '../versions.ts'
import { type RemoteSystem, remoteSystem } from './remote-system.ts'
import type { Store } from './store.ts'

export const BARE_HTTP = 'bare node:http'

const SERVER = fileURLToPath(import.meta.resolve('./bare-http-server.ts'))

/** The limit of what goes over HTTP: RAW behind a `node:http` server, one request for a read and one for an append. */
export function bareHttpSystem(): RemoteSystem {
  return remoteSystem({
    name: BARE_HTTP,
    durability: 'power cut (FULL)',
    versions: packageVersions('better-sqlite3'),

    async start(folder) {
      const { url, close } = await serverProcess(SERVER, [folder])
      return { url, close, store: (database, at = url) => openBareStore(at, database) }
    },
  })
}

function openBareStore(url: string, database: string): Store {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true })

  function post(path: string, content: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' }
      const sent = request({ hostname, port, path, method: 'POST', headers, agent }, (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('error', reject)
        response.on('end', () => resolve(JSON.parse(Buffer.concat(pieces).toString())))
      })
      sent.on('error', reject)
      sent.end(JSON.stringify(content))
    })
  }

  return {
    session: (session) => ({
      getItems: async (limit) => (await post('/read', { database, session, limit })) as unknown[],
      async addItems(items) {
        await post('/append', { database, session, items })
      },
      async undo() {
        await post('/undo', { database, session })
      },
    }),

    close: () => agent.destroy(),
  }
}
