import { PerSQL, type PerSQLDatabase, type PerSQLOptions } from '@persql/sdk'
import { createServer, type PerSQLServer } from '@persql/server'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { afterAll } from 'vitest'

let starting: Promise<PerSQLServer> | undefined
let databases = 0

const inFolder = temporaryPaths(afterAll)

afterAll(async () => (await starting)?.close())

/** The server for the tests of a file, started for the first one that asks, and gone after the last one. */
export function remoteServer(): Promise<PerSQLServer> {
  starting ??= createServer({ data: inFolder('data'), port: 0, namespace: 'acme', sweepInterval: 0 })
  return starting
}

/** A new database on that server. */
export async function remoteDatabase(options: Omit<PerSQLOptions, 'local'> = {}): Promise<PerSQLDatabase> {
  const { url, adminToken } = await remoteServer()
  databases += 1
  return new PerSQL({ token: adminToken, baseURL: url, ...options }).database('acme', `test-${databases}`)
}
