import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freePort } from '@persql/test-support/free-port'
import { startServerProcess } from '@persql/test-support/server-process'

export const ADMIN_TOKEN = 'psql_live_0123456789abcdef'

const BIN = fileURLToPath(new URL('bin.js', import.meta.resolve('@persql/server')))

/** The server as a process of its own, which can be killed and started again on the same port and folder. */
export async function serverProcess(data: string) {
  const port = await freePort()
  const start = () =>
    startServerProcess(BIN, {
      data,
      port,
      options: ['--namespace', 'acme'],
      env: { PERSQL_ADMIN_TOKEN: ADMIN_TOKEN },
    })
  let running = await start()

  async function kill(): Promise<void> {
    const ended = once(running.child, 'exit')
    running.child.kill('SIGKILL')
    await ended
  }

  return {
    port,
    kill,

    /** Resolves when it takes requests again. */
    async restart(): Promise<void> {
      await kill()
      running = await start()
    },
  }
}
