import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface ServerProcess {
  readonly pid: number
  /** The first URL that it named on its standard error. */
  readonly url: string
  /** Resolves when the process has ended. */
  close(): Promise<void>
}

/** Starts a server in a process of its own. Rejects when it ends before it has told its URL. */
export async function serverProcess(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(child, 'exit')
  let said = ''
  for await (const line of createInterface({ input: child.stderr })) {
    said += `${line}\n`
    const [url] = /http:\/\/[\w.:]+/.exec(line) ?? []
    if (url === undefined || child.pid === undefined) continue
    // What it says from now on must not fill the pipe.
    child.stderr.resume()
    return {
      pid: child.pid,
      url,
      async close() {
        child.kill('SIGTERM')
        await ended
        process.off('exit', kill)
      },
    }
  }
  throw new Error(`${script} ended. ${said.trim()}`)
}
