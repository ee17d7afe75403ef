import { type RunningProcess, startProcess } from './start-process.ts'

export interface ServerStart {
  readonly data: string
  /** Default: one that is free. */
  readonly port?: number
  readonly options?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Starts the binary of our server in a process of its own. Resolves when it takes requests, with its URL. */
export async function startServerProcess(
  bin: string,
  { data, port = 0, options = [], env = {} }: ServerStart,
): Promise<RunningProcess & { readonly url: string }> {
  const args = [bin, '--data', data, '--port', String(port), '--quiet', ...options]
  const server = startProcess(process.execPath, args, { env: { ...process.env, ...env } })
  const [, url = ''] = await server.printed(/ on (http:\S+), /)
  return Object.assign(server, { url })
}
