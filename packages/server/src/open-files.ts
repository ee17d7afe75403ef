import type { ServerLimits } from './server-options.ts'

/** Of the server itself: files of the registry, folders that are read, connections of Node.js. */
const OWN = 64
/** Of one worker in the server, at most while it starts. */
const PER_WORKER = 8
/** Of one database in a worker: the database, its log, the index of that, and a temporary file. */
const PER_DATABASE = 4

/** How many files and connections this process may have open; infinite where the system does not say. */
function mostOpenFiles(): number {
  // Else it would ask for the names of all addresses that are connected.
  Object.assign(process.report, { excludeNetwork: true })
  const { userLimits } = process.report.getReport() as {
    readonly userLimits?: { readonly open_files?: { readonly soft?: number | string } }
  }
  const soft = Number(userLimits?.open_files?.soft)
  return Number.isFinite(soft) ? soft : Number.POSITIVE_INFINITY
}

/**
 * The limits of connections and open databases, made so small that descriptors for workers and files are left. A tool
 * of MCP takes three for two connections: it calls this very server.
 */
export function withinOpenFiles(limits: ServerLimits, workers: number): ServerLimits {
  const most = mostOpenFiles()
  const connections = Math.floor(((most - OWN - workers * PER_WORKER) * 2) / 3)
  const openDatabases = Math.floor((most - OWN) / PER_DATABASE)
  if (connections < 1 || openDatabases < 1) {
    throw new Error(
      `This process may open ${most} files; the server needs more. Raise the limit (ulimit -n).`,
    )
  }
  return {
    ...limits,
    connections: Math.min(limits.connections, connections),
    openDatabases: Math.min(limits.openDatabases, openDatabases),
  }
}
