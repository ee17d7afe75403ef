/**
 * Method and path of every call. `:ns` and `:db` are slugs; `:db` may also name a branch as `parent.ref`. A ref is
 * one segment, its slashes encoded.
 *
 * Documented: `query`, `batch`, `tables`, `describe`, `upsertBranch`, `me`, `listDatabases`, `createDatabase`.
 * The public documentation is silent on the others; they are chosen to match.
 */
export const ROUTES = {
  query: { method: 'POST', path: '/v1/db/:ns/:db/query' },
  batch: { method: 'POST', path: '/v1/db/:ns/:db/batch' },
  explain: { method: 'POST', path: '/v1/db/:ns/:db/explain' },
  validate: { method: 'POST', path: '/v1/db/:ns/:db/validate' },
  tables: { method: 'GET', path: '/v1/db/:ns/:db/tables' },
  describe: { method: 'GET', path: '/v1/db/:ns/:db/describe' },
  schema: { method: 'GET', path: '/v1/db/:ns/:db/schema' },

  listBranches: { method: 'GET', path: '/v1/db/:ns/:db/branches' },
  claimBranch: { method: 'POST', path: '/v1/db/:ns/:db/branches/claim' },
  upsertBranch: { method: 'PUT', path: '/v1/db/:ns/:db/branches/:ref' },
  getBranch: { method: 'GET', path: '/v1/db/:ns/:db/branches/:ref' },
  deleteBranch: { method: 'DELETE', path: '/v1/db/:ns/:db/branches/:ref' },
  mergeBranch: { method: 'POST', path: '/v1/db/:ns/:db/branches/:ref/merge' },

  listDatabases: { method: 'GET', path: '/v1/databases' },
  createDatabase: { method: 'POST', path: '/v1/databases' },
  getDatabase: { method: 'GET', path: '/v1/databases/:slug' },
  deleteDatabase: { method: 'DELETE', path: '/v1/databases/:slug' },

  listTokens: { method: 'GET', path: '/v1/tokens' },
  createToken: { method: 'POST', path: '/v1/tokens' },
  revokeToken: { method: 'DELETE', path: '/v1/tokens/:id' },

  usage: { method: 'GET', path: '/v1/usage' },
  me: { method: 'GET', path: '/v1/me' },
} as const satisfies Record<string, Route>

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
}

/** The names of the parameters in a path, such as `ns` and `db`. */
export type PathParams<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | PathParams<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

/**
 * The path of a call with its parameters filled in, each as one encoded segment. Throws a `TypeError` for a value
 * that no segment can hold.
 */
export function pathOf<Path extends string>(
  route: { readonly path: Path },
  params: Readonly<Record<PathParams<Path>, string>>,
): string {
  return route.path.replace(/:(\w+)/g, (_, name: PathParams<Path>) => encodeSegment(name, params[name]))
}

function encodeSegment(name: string, value: unknown): string {
  // URLs give "." and ".." a meaning of their own, encoded or not.
  if (typeof value !== 'string' || value === '' || value === '.' || value === '..' || !value.isWellFormed()) {
    throw new TypeError(`"${name}" must be text that fits into a URL.`)
  }
  return encodeURIComponent(value)
}
