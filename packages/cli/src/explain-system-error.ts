const DEEPEST = 5

/** As Node.js throws it where a call of the operating system failed. */
interface SystemError extends Error {
  readonly code: string
  readonly syscall: string
  readonly path?: string
  readonly address?: string
  readonly port?: number
  readonly hostname?: string
}

/** What to say where an error is one of the operating system, or says nothing else than one that caused it. */
export function explainSystemError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const found = systemErrorIn(error)
  if (!found || !error.message.includes(found.message)) return undefined
  if (found.syscall === 'listen' || found.syscall === 'bind') return ofListening(found)
  return isOfNetwork(found) ? ofConnecting(found) : ofFile(found)
}

function systemErrorIn(error: unknown, depth = 0): SystemError | undefined {
  if (!(error instanceof Error) || depth === DEEPEST) return undefined
  if ('syscall' in error && 'code' in error) return error as SystemError
  // Where a name has several addresses, each of them failed.
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause
  return systemErrorIn(inner, depth + 1)
}

function isOfNetwork({ syscall, address, hostname }: SystemError): boolean {
  return address !== undefined || hostname !== undefined || syscall === 'connect'
}

function ofListening({ code, address, port }: SystemError): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${address} is in use. End what uses it, or take another with --port; 0 is a free one.`
    case 'EACCES':
      return `Port ${port} may not be used by this user. Take one above 1023 with --port.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address "${address}". Give one of its own with --host.`
    default:
      return `Port ${port} of ${address} cannot be used (${code}). Take another with --port or --host.`
  }
}

function ofConnecting({ code, address, port, hostname }: SystemError): string {
  const where = address === undefined ? (hostname ?? 'the database') : `${address}${port ? `:${port}` : ''}`
  switch (code) {
    case 'ECONNREFUSED':
      return `Nothing answers at ${where}. Start the server there, or correct the address.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host "${where}" is not found. Correct its name, or check the network.`
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${where} cannot be reached (${code}). Check the address, the network and firewalls.`
    default:
      return `The connection to ${where} failed (${code}). Check that it is the right server, and try again.`
  }
}

function ofFile({ code, path = 'a file' }: SystemError): string {
  switch (code) {
    case 'ENOENT':
      return `There is no "${path}", or the folder that it shall be in does not exist. Correct the path, or make the folder.`
    case 'ENOTDIR':
      return `"${path}" is said to be in a folder that is a file. Correct the path.`
    case 'EEXIST':
      return `"${path}" is there already, and is a file. Choose another name, or move it away.`
    case 'EISDIR':
      return `"${path}" is a folder. Name a file in it.`
    case 'EACCES':
    case 'EPERM':
      return `"${path}" may not be used by this user. Change its permissions and those of its folder, or choose another place.`
    case 'EROFS':
      return `"${path}" is in a file system that may only be read. Choose another place.`
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return `There is no room for "${path}" (${code}). Free some, or choose another place.`
    case 'EMFILE':
    case 'ENFILE':
      return `Too many files are open (${code}). Close some, or raise the limit with "ulimit -n".`
    default:
      return `"${path}" cannot be used (${code}). Check the path and its permissions.`
  }
}
