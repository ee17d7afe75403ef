import { spawn } from 'node:child_process'

export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly env: NodeJS.ProcessEnv
  /** Whether somebody sits at a terminal. */
  readonly isTerminal: boolean
}

/**
 * The command that opens an address in the browser of whoever sits there; undefined where nobody does, or where no
 * browser of theirs can be reached: without a terminal or a display, over SSH, and in CI.
 */
export function browserCommand(
  address: string,
  { platform, env, isTerminal }: Surroundings,
): readonly [file: string, ...args: string[]] | undefined {
  if (!isTerminal || env['CI'] || env['SSH_CONNECTION']) return undefined
  if (env['BROWSER']) return env['BROWSER'] === 'none' ? undefined : [env['BROWSER'], address]
  if (platform === 'darwin') return ['open', address]
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', address]
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? ['xdg-open', address] : undefined
}

/** Resolves with whether a browser was started. It goes on without this process. */
export function openBrowser(address: string): Promise<boolean> {
  const isTerminal = Boolean(process.stdin.isTTY && process.stderr.isTTY)
  const command = browserCommand(address, { platform: process.platform, env: process.env, isTerminal })
  if (!command) return Promise.resolve(false)
  const [file, ...args] = command
  return new Promise((resolve) => {
    const child = spawn(file, args, { detached: true, stdio: 'ignore' })
    child.once('error', () => resolve(false))
    child.once('spawn', () => resolve(true))
    child.unref()
  })
}
