import { type Attack, at, missing, QUERY } from './attack.ts'

const unknownToken = { status: 401, error: 'The token is unknown, revoked or expired' }
const badToken = { status: 401, error: 'Invalid token format' }

/** Tokens that are none, and tokens that want more than they may. */
export const TOKEN_ATTACKS: Readonly<Record<string, Attack>> = {
  'no token': { as: '', sql: 'select 1', status: 401, error: 'Missing bearer token' },
  'another scheme': { as: '', headers: { authorization: 'Basic YTpi' }, sql: 'select 1', ...badToken },
  'a bare token': { as: '', headers: { authorization: 'psql_live_x' }, sql: 'select 1', ...badToken },
  'an unknown token': { as: 'psql_live_unknown', sql: 'select 1', ...unknownToken },
  'SQL as a token': { as: "' or 1=1 --", sql: 'select 1', ...badToken },
  'a token of 10,000 letters': { as: 'a'.repeat(10_000), sql: 'select 1', ...badToken },
  'two tokens in one header': { as: 'a, Bearer b', sql: 'select 1', ...badToken },
  'an expired token': { as: 'expired', sql: 'select 1', ...unknownToken },
  'a revoked token': { as: 'revoked', sql: 'select 1', ...unknownToken },
  'a token of another server': { as: 'foreign', sql: 'select 1', ...unknownToken },
  'the token in the URL': {
    as: '',
    path: `${QUERY}?token=x&access_token=x`,
    sql: 'select 1',
    status: 401,
    error: 'Missing bearer token',
  },
  'another namespace': {
    path: at('main', 'other'),
    sql: 'select 1',
    status: 403,
    error: 'Token namespace mismatch',
  },
  'a namespace in capitals': {
    path: at('main', 'ACME'),
    sql: 'select 1',
    status: 403,
    error: 'Token namespace mismatch',
  },
  'a branch token at the parent': {
    as: 'branch',
    sql: 'select * from t',
    status: 403,
    error: 'The token does not reach this database',
  },
  'a branch token that makes tokens': {
    as: 'branch',
    path: '/v1/tokens',
    body: { name: 'x' },
    status: 403,
    error: 'This needs an admin token',
  },
  'a branch token that deletes the parent': {
    as: 'branch',
    method: 'DELETE',
    path: '/v1/databases/main',
    status: 403,
    error: 'This needs an admin token',
  },
  'a scoped token that makes tokens': {
    as: 'scoped',
    path: '/v1/tokens',
    body: { name: 'x' },
    status: 403,
    error: 'This needs an admin token',
  },
  'a reader that makes databases': {
    as: 'readonly',
    path: '/v1/databases',
    body: { name: 'x', slug: 'x' },
    status: 403,
    error: 'This needs an admin token',
  },
  'a reader that makes a database by a query': {
    as: 'readonly',
    path: at('unmade'),
    sql: 'select 1',
    ...missing,
  },
  'a reader that claims a branch': {
    as: 'readonly',
    path: '/v1/db/acme/main/branches/claim',
    body: { role: 'admin' },
    status: 403,
    error: 'This needs an admin token',
  },
  'a reader that lists tokens': {
    as: 'readonly',
    method: 'GET',
    path: '/v1/tokens',
    status: 403,
    error: 'This needs an admin token',
  },
  'a reader that reads usage': {
    as: 'readonly',
    method: 'GET',
    path: '/v1/usage',
    status: 403,
    error: 'This needs an admin token',
  },
  'revoking what is not there': {
    method: 'DELETE',
    path: "/v1/tokens/x'%20or%201=1",
    status: 404,
    error: 'There is no such token',
  },
}
