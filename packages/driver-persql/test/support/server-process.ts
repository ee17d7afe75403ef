import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ADMIN_TOKEN = 'psql_live_0123456789abcdef'

const BIN = join(dirname(fileURLToPath(import.meta.resolve('@persql/server'))), 'bin.js')

/** The server as a process of its own, which can be killed and started again on the same port and folder. */
export class ServerProcess {
  readonly port: number
  readonly #data: string
  #process: ChildProcess | undefined

  private constructor(data: string, port: number) {
    this.#data = data
    this.port = port
  }

  static async start(data: string): Promise<ServerProcess> {
    const server = new ServerProcess(data, await freePort())
    await server.start()
    return server
  }

  /** Resolves when it takes requests. */
  async start(): Promise<void> {
    const args = [BIN, '--data', this.#data, '--port', String(this.port), '--namespace', 'acme', '--quiet']
    const env = { ...process.env, PERSQL_ADMIN_TOKEN: ADMIN_TOKEN }
    this.#process = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
    await once(this.#process.stderr!, 'data')
  }

  async kill(): Promise<void> {
    const ended = once(this.#process!, 'exit')
    this.#process!.kill('SIGKILL')
    await ended
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
