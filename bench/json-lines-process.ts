import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A child process that is sent one line of JSON, and answers with one. */
export interface JsonLinesProcess {
  /** 0 where it could not be started. */
  readonly pid: number
  send(message: unknown): void
  /** The next line. Rejects when the process ends before it. */
  receive(): Promise<unknown>
  /** Resolves when the process has ended. */
  close(): Promise<void>
}

export function jsonLinesProcess([command, ...args]: readonly [string, ...string[]]): JsonLinesProcess {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors = `${errors}${chunk}`.slice(-2000)
  })
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve())
    child.on('error', (error) => {
      errors += error.message
      resolve()
    })
  })
  // A write to a process that has ended is told by `receive`.
  child.stdin.on('error', () => {})

  return {
    pid: child.pid ?? 0,

    send(message) {
      child.stdin.write(`${JSON.stringify(message)}\n`)
    },

    async receive() {
      const { value, done } = await lines.next()
      if (!done) return JSON.parse(value)
      await ended
      throw new Error(`The process ended. ${errors.trim().split('\n').at(-1)}`)
    },

    close() {
      child.stdin.end()
      return ended
    },
  }
}
