import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/** Runs a module in a process of its own that may open so many files. */
export function runWithOpenFiles(most: number, module: string, args: readonly string[] = []) {
  const command = `ulimit -n ${most}; exec "$@"`
  const child: ChildProcess = spawn('sh', ['-c', command, 'sh', process.execPath, module, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (piece) => {
      output += piece
    })
  }
  const closed = once(child, 'close')
  return {
    child,
    /** What it printed, and its code, once it has ended. */
    ended: async () => [(await closed)[0], output] as const,
    /** Resolves with the match when it has printed it. */
    async printed(pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const match = pattern.exec(output)
        if (match) return match
        if (child.exitCode !== null) throw new Error(`It ended: ${output}`)
        await Promise.race([once(child.stdout as never, 'data'), once(child.stderr as never, 'data'), closed])
      }
    },
  }
}
