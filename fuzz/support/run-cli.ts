import { createProgram } from '../../packages/cli/src/program.ts'
import { reportError } from '../../packages/cli/src/report-error.ts'

export interface CliRun {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  /** What the program threw, before it was reported. */
  readonly error: unknown
}

let last: Promise<unknown> = Promise.resolve()

/** Runs the program of the CLI in this process, which is a hundred times faster than a process of its own. */
export function runCli(args: readonly string[]): Promise<CliRun> {
  // One after the other: a fuzzer whose time is up leaves its last input behind, still running.
  const run = last.then(() => runAlone(args))
  last = run.catch(() => {})
  return run
}

async function runAlone(args: readonly string[]): Promise<CliRun> {
  const written = { stdout: '', stderr: '' }
  const { stdout, stderr } = process
  const originals = { stdout: stdout.write, stderr: stderr.write }
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = ((text: string | Uint8Array) => {
      written[name] += String(text)
      return true
    }) as typeof stdout.write
  }
  const before = process.exitCode
  process.exitCode = undefined
  let error: unknown
  try {
    await createProgram().parseAsync(args, { from: 'user' })
  } catch (thrown) {
    error = thrown
    process.exitCode = reportError(thrown)
  } finally {
    stdout.write = originals.stdout
    stderr.write = originals.stderr
  }
  const status = Number(process.exitCode ?? 0)
  process.exitCode = before
  return { status, ...written, error }
}
