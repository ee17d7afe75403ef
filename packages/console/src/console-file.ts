import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

/** A file of the application. */
export interface ConsoleFile {
  /** The headers to send it with; their names are in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.md': 'text/markdown; charset=utf-8',
}

// Trusted Types make every way to turn text into markup or script an error, on top of what else is forbidden.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

let files: ReadonlyMap<string, ConsoleFile> | undefined

/**
 * Finds a file of the application, with the headers to send, by its path below the one that the application is served
 * at: the empty path is its page. That path must end with a slash, and the API must be at `../v1`.
 */
export function consoleFile(path: string): ConsoleFile | undefined {
  files ??= readFiles(join(import.meta.dirname, '..', 'dist', 'app'))
  return files.get(path === '' ? 'index.html' : path)
}

function readFiles(folder: string): ReadonlyMap<string, ConsoleFile> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return new Map(
    paths.map((path) => {
      const name = path.slice(folder.length + 1).replaceAll('\\', '/')
      // Names of assets hold a hash of their content.
      const caching = name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
      const headers = {
        ...HEADERS,
        'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
        'cache-control': caching,
      }
      return [name, { headers, body: new Uint8Array(readFileSync(path)) }]
    }),
  )
}
