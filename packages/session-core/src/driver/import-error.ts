import { StorageError } from './storage-error.ts'

/**
 * What a failed import of a package means: `DRIVER_NOT_INSTALLED` where the package is missing, and otherwise, such
 * as where it throws while it is loaded or misses a package itself, `CANNOT_OPEN` with the reason.
 */
export function importError(name: string, cause: unknown): StorageError {
  if (isMissing(cause, name)) {
    return new StorageError('DRIVER_NOT_INSTALLED', `${name} is missing: npm install ${name}`, { cause })
  }
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new StorageError('CANNOT_OPEN', `${name} could not be loaded: ${reason}`, { cause })
}

function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error)) return false
  // What follows is the file that imports it, which can be one of the package itself.
  const [what = ''] = error.message.split(' imported from ')
  if (!what.includes(name)) return false
  // Browsers and their bundlers have no code for it.
  return 'code' in error
    ? error.code === 'ERR_MODULE_NOT_FOUND'
    : /\b(?:find|resolve|specifier|load url)\b/i.test(what)
}
