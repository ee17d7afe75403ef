import { importError } from './import-error.ts'

export type DriverExports = Readonly<Record<string, (...args: unknown[]) => unknown>>

interface Host {
  readonly process?: {
    readonly argv: readonly string[]
    cwd(): string
    getBuiltinModule?: {
      (name: 'node:module'): { createRequire(path: string): { resolve(name: string): string } }
      (name: 'node:url'): { pathToFileURL(path: string): URL }
    }
  }
}

const { process } = globalThis as Host

/** Loads the package of a driver. Rejects with `DRIVER_NOT_INSTALLED` where it is missing. */
export async function loadDriver(name: string): Promise<DriverExports> {
  try {
    return await import(/* @vite-ignore */ name)
  } catch (cause) {
    const error = importError(name, cause)
    if (error.code !== 'DRIVER_NOT_INSTALLED') throw error
    // Package managers that isolate packages let only the program itself see the drivers it depends on.
    for (const folder of [process?.cwd(), process?.argv[1]]) {
      const resolved = folder === undefined ? undefined : resolveFrom(folder, name)
      if (resolved !== undefined) return import(/* @vite-ignore */ resolved)
    }
    throw error
  }
}

function resolveFrom(folder: string, name: string): string | undefined {
  if (!process?.getBuiltinModule) return undefined
  try {
    const { createRequire } = process.getBuiltinModule('node:module')
    const { pathToFileURL } = process.getBuiltinModule('node:url')
    return pathToFileURL(createRequire(`${folder}/.`).resolve(name)).href
  } catch {
    return undefined
  }
}
