import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PerSQL, type PerSQLOptions } from '@persql/sdk'
import { createServer } from '@persql/server'
import { afterAll } from 'vitest'

/** A server for the tests of a file, gone after them. */
export async function remote() {
  const data = mkdtempSync(join(tmpdir(), 'persql-remote-'))
  const server = await createServer({ data, port: 0, namespace: 'acme', sweepInterval: 0 })
  const clients: PerSQL[] = []

  function client(options: Omit<PerSQLOptions, 'local'> = {}): PerSQL {
    const made = new PerSQL({ token: server.adminToken, baseURL: server.url, ...options })
    clients.push(made)
    return made
  }

  afterAll(async () => {
    for (const made of clients) await made.close()
    await server.close()
    rmSync(data, { recursive: true, force: true })
  })
  return { url: server.url, client }
}
