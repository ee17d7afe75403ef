import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly cwd?: string
  /** Options of node itself. */
  readonly node?: readonly string[]
  /** Another user. */
  readonly user?: { readonly uid?: number; readonly gid?: number }
}

export interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The environment of a user who has set nothing of ours. */
export function cleanEnv(env: RunOptions['env'] = {}): NodeJS.ProcessEnv {
  const { PERSQL_DATABASE, PERSQL_TOKEN, PERSQL_API_URL, ...rest } = process.env
  return { ...rest, FORCE_COLOR: '0', ...env }
}

export function start(args: readonly string[], options: RunOptions = {}): ChildProcess {
  const { env, cwd, node = [], user } = options
  return spawn(process.execPath, [...node, BIN, ...args], { env: cleanEnv(env), cwd, ...user })
}

/** Runs the built binary to its end. */
export async function persql(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = start(args, options)
  child.stdin?.end(options.input ?? '')
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { status, stdout, stderr }
}

/** The standard output of a run that must succeed. */
export async function output(args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { status, stdout, stderr } = await persql(args, options)
  if (status !== 0) throw new Error(`Status ${status}: ${stderr}`)
  return stdout
}

export async function json<Value>(args: readonly string[], options: RunOptions = {}): Promise<Value> {
  return JSON.parse(await output([...args, '--json'], options)) as Value
}
