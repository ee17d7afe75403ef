import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

export interface StartOptions {
  readonly cwd?: string
  /** Its whole environment. Default: the one of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What becomes of its standard output: a pipe that nobody reads, or a file by its descriptor. Default: `kept`. */
  readonly stdout?: 'kept' | 'unread' | number
}

/** A process that goes on until it is stopped, at the latest with the one that has started it. */
export interface RunningProcess {
  readonly child: ChildProcess
  /** What it has printed so far: on either stream, and on each. */
  readonly output: string
  readonly stdout: string
  readonly stderr: string
  /** Its exit code, once it has ended and all of its output is here. Null where a signal has ended it. */
  readonly ended: Promise<number | null>
  /** Resolves with the match in its output. Rejects where it ends without one. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** Sends the signal, by default `SIGTERM`, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

export function startProcess(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, stdout = 'kept' }: StartOptions = {},
): RunningProcess {
  const child: ChildProcess = spawn(command, args, {
    cwd,
    env,
    stdio: ['ignore', typeof stdout === 'number' ? stdout : 'pipe', 'pipe'],
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const printed = { output: '', stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    if (name === 'stdout' && stdout !== 'kept') continue
    child[name]?.on('data', (piece) => {
      printed[name] += piece
      printed.output += piece
      child.emit('printed')
    })
  }
  let hasEnded = false
  const ended = once(child, 'close').then(([code]) => {
    hasEnded = true
    process.off('exit', kill)
    return code as number | null
  })
  return {
    child,
    ended,
    get output() {
      return printed.output
    },
    get stdout() {
      return printed.stdout
    },
    get stderr() {
      return printed.stderr
    },

    async printed(pattern) {
      for (;;) {
        const match = pattern.exec(printed.output)
        if (match) return match
        if (hasEnded) throw new Error(`${command} ${args.join(' ')} ended. ${printed.output}`)
        await Promise.race([once(child, 'printed'), ended])
      }
    },

    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      await ended
    },
  }
}
