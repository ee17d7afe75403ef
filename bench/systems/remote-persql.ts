import { fileURLToPath } from 'node:url'
import { persqlDriver } from '@persql/driver-persql'
import { type Fetch, PerSQL, type PerSQLOptions } from '@persql/sdk'
import { type ServerProcess, serverProcess } from '../server-process.ts'
import { packageVersions } from '../versions.ts'
import { driverStore } from './persql.ts'
import { type RemoteSystem, remoteSystem } from './remote-system.ts'
import type { Store } from './store.ts'

export const REMOTE_PERSQL = 'PerSQLSession over HTTP'
export const REMOTE_FETCH = 'the same with fetch'

export const NAMESPACE = 'acme'
export const TOKEN = 'psql_live_0123456789abcdef'
const BINARY = fileURLToPath(new URL('bin.js', import.meta.resolve('@persql/server')))

/** `PerSQLSession` over the SDK and the server's binary, with their defaults; and with another `fetch`. */
export function remotePersqlSystems(): readonly RemoteSystem[] {
  return [system(REMOTE_PERSQL), system(REMOTE_FETCH, globalThis.fetch)]
}

function system(name: string, fetch?: Fetch): RemoteSystem {
  return remoteSystem({
    name,
    durability: 'power cut (FULL)',
    versions: packageVersions('@persql/openai-agents', '@persql/sdk', '@persql/server'),

    async start(folder) {
      const { url, close } = await startPersqlServer(folder)
      return { url, close, store: (database, at = url) => openRemoteStore(at, database, fetch) }
    },
  })
}

export function startPersqlServer(
  data: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const args = ['--data', data, '--port', '0', '--namespace', NAMESPACE, '--quiet']
  return serverProcess(BINARY, args, { PERSQL_ADMIN_TOKEN: TOKEN, ...env })
}

export function persqlClient(baseURL: string, options: PerSQLOptions = {}): PerSQL {
  return new PerSQL({ token: TOKEN, baseURL, ...options })
}

function openRemoteStore(url: string, database: string, fetch?: Fetch): Store {
  const client = persqlClient(url, { fetch })
  const store = driverStore(persqlDriver(client.database(NAMESPACE, database)))
  return {
    ...store,

    async close() {
      await store.close()
      await client.close()
    },
  }
}
