import { importError } from '@persql/session-core/driver'

/** Loads a package that is not always installed. Where it is missing, the error names it. */
export async function loadPackage<Exports>(name: string, load: () => Promise<Exports>): Promise<Exports> {
  try {
    return await load()
  } catch (cause) {
    const error = importError(name, cause)
    throw error.code === 'DRIVER_NOT_INSTALLED' ? error : cause
  }
}
