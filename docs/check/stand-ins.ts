import { join } from 'node:path'
import { createServer } from '@persql/server'
import { hranaServer } from '@persql/test-support/hrana-server'
import { pgliteDatabases } from '@persql/test-support/postgres-databases'

/** What stands for the machines and folders that the code of a page names. */
export interface StandIns {
  /** The code, with the addresses and tokens of the stand-ins. */
  replace(code: string): string
  /** What the reader has in the environment. */
  readonly env: Readonly<Record<string, string>>
  close(): Promise<void>
}

const POSTGRES = 'postgres://app@db.example.com/agents'
const LIBSQL = 'libsql://agents-acme.turso.io'
const SERVER = 'http://127.0.0.1:8787'
const TOKEN = 'psql_live_…'
const DATA = "data: '/var/lib/persql'"

/** Starts those that the code asks for; `folder` is theirs. */
export async function startStandIns(code: string, folder: string): Promise<StandIns> {
  const known: [string, string][] = [[DATA, "data: 'data', port: 0"]]
  const env: Record<string, string> = { PERSQL_DATABASE: 'agents.db' }
  const closing: (() => Promise<void>)[] = []
  if (code.includes(SERVER) || code.includes('PERSQL_TOKEN')) {
    // A server has one namespace.
    const namespace = code.includes("'acme") ? 'acme' : 'local'
    const server = await createServer({ data: join(folder, 'data'), port: 0, namespace })
    known.push([SERVER, server.url], [TOKEN, server.adminToken!])
    Object.assign(env, { PERSQL_API_URL: server.url, PERSQL_TOKEN: server.adminToken! })
    closing.push(() => server.close())
  }
  if (code.includes(POSTGRES)) {
    const databases = pgliteDatabases()
    known.push([POSTGRES, await databases.urlOf('page')])
    closing.push(() => databases.close())
  }
  if (code.includes(LIBSQL)) {
    const server = await hranaServer()
    known.push([LIBSQL, server.urlOf('agents')])
    closing.push(() => server.close())
  }
  return {
    replace: (text) => known.reduce((replaced, [name, ours]) => replaced.replaceAll(name, ours), text),
    env,
    async close() {
      for (const close of closing) await close()
    },
  }
}
