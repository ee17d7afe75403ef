import { once } from 'node:events'
import { safeJson } from './neutralise.ts'

/** Writes to standard output. Resolves when there is room for more. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

export function printLine(text = ''): Promise<void> {
  return print(`${text}\n`)
}

/** One JSON value on one line. */
export function printJson(value: unknown): Promise<void> {
  return printLine(safeJson(value))
}

/** A remark for people, on standard error, where it does not get into what others read. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}
