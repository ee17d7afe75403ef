import { startProcess } from '@persql/test-support/start-process'

export interface ServerProcess {
  readonly pid: number
  /** The first URL that it named. */
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
  const { child, printed, stop } = startProcess(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
  })
  const [url] = await printed(/http:\/\/[\w.:]+/)
  return {
    pid: child.pid ?? 0,
    url,
    close: () => stop(),
  }
}
