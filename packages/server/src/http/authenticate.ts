import type { Tokens } from '../registry/tokens.ts'
import { ApiError } from './api-error.ts'
import type { Call } from './context.ts'

const BEARER = /^Bearer ([A-Za-z0-9_\-.~+/]{1,200}=*)$/i
const CHALLENGE = { 'www-authenticate': 'Bearer realm="persql"' }

/** Sets the caller's token, or throws 401. */
export function authenticate(c: Call, tokens: Tokens): void {
  const header = c.env.incoming.headers.authorization
  if (header === undefined) throw new ApiError(401, 'Missing bearer token', { headers: CHALLENGE })
  const secret = BEARER.exec(header)?.[1]
  if (secret === undefined) throw new ApiError(401, 'Invalid token format', { headers: CHALLENGE })
  const token = tokens.find(secret)
  if (!token) throw new ApiError(401, 'The token is unknown, revoked or expired', { headers: CHALLENGE })
  c.set('token', token)
}
