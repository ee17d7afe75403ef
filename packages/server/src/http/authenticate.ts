import type { Socket } from 'node:net'
import { digestOf, type Tokens } from '../registry/tokens.ts'
import { ApiError } from './answers/api-error.ts'
import type { Call } from './services.ts'

const BEARER = /^Bearer ([A-Za-z0-9_\-.~+/]{1,200}=*)$/i
const CHALLENGE = { 'www-authenticate': 'Bearer realm="persql"' }

/** Sets the caller's token, or throws 401. */
export function authenticate(c: Call, tokens: Tokens): void {
  const { headers, socket } = c.env.incoming
  const { authorization } = headers
  if (authorization === undefined) {
    throw new ApiError(401, 'Missing bearer token', { headers: CHALLENGE })
  }
  const token = tokens.find(digestOfSecret(authorization, socket))
  if (!token) throw new ApiError(401, 'The token is unknown, revoked or expired', { headers: CHALLENGE })
  c.set('token', token)
}

/** The latest header of each connection: clients send the same one again, and need not wait for its digest again. */
const latest = new WeakMap<Socket, { readonly header: string; readonly digest: Buffer }>()

function digestOfSecret(header: string, socket: Socket): Buffer {
  const known = latest.get(socket)
  if (known?.header === header) return known.digest
  const secret = BEARER.exec(header)?.[1]
  if (secret === undefined) throw new ApiError(401, 'Invalid token format', { headers: CHALLENGE })
  const digest = digestOf(secret)
  latest.set(socket, { header, digest })
  return digest
}
