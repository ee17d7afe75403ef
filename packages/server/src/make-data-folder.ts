import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const REGISTRY = 'registry.sqlite'
/** What a start that was cut short may leave, and what a file system makes in its topmost folder. */
const HARMLESS = new Set(['databases', 'lock', 'lost+found'])
const WRITABLE_FOR_ALL = 0o002

/**
 * Makes the folder that a server keeps everything in, for its own user only, or takes one that is there as it is.
 * Returns the path of the folder of databases in it. Throws for a folder that is shared: it holds other things, or
 * everybody may write to it. Neither the mode nor the content of a folder that is there is touched.
 */
export function makeDataFolder(folder: string): string {
  const databases = join(folder, 'databases')
  if (make(folder) === undefined) refuseShared(folder)
  make(databases)
  return databases
}

function make(folder: string): string | undefined {
  try {
    return mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new Error(`The folder "${folder}" cannot be made (${code}). Give one that this user may make.`, {
      cause,
    })
  }
}

function refuseShared(folder: string): void {
  const own = `Give the server a folder of its own, such as "${join(folder, 'persql-data')}"`
  const names = readdirSync(folder)
  const other = names.includes(REGISTRY) ? undefined : names.find((name) => !HARMLESS.has(name))
  if (other !== undefined) {
    throw new Error(`The folder "${folder}" holds other things than a server's data: "${other}". ${own}.`)
  }
  if (process.platform !== 'win32' && statSync(folder).mode & WRITABLE_FOR_ALL) {
    throw new Error(`Everybody may write to the folder "${folder}". ${own}, or run "chmod o-w" on it.`)
  }
}
