import { type Attack, QUERY } from './attack.ts'

const noRoute = { status: 404, error: 'There is no such route' }
const otherMethod = (allowed: string) => ({ status: 405, error: `This route takes ${allowed} only` })

/** Headers and routes. */
export const ROUTE_ATTACKS: Readonly<Record<string, Attack>> = {
  'an idempotency key of 201 letters': {
    headers: { 'idempotency-key': 'k'.repeat(201) },
    sql: 'insert into t values (7)',
    status: 400,
    error: 'Idempotency-Key must have 1 to 200 characters.',
  },
  'an empty idempotency key': {
    headers: { 'idempotency-key': '' },
    sql: 'insert into t values (7)',
    status: 400,
    error: 'Idempotency-Key must have 1 to 200 characters.',
  },
  'a plan without a step': {
    headers: { 'plan-key': 'k' },
    sql: 'insert into t values (7)',
    status: 400,
    error: 'Plan-Key and Plan-Step go together.',
  },
  'a key with another body': {
    headers: { 'idempotency-key': 'used' },
    sql: 'insert into t values (7)',
    status: 409,
    error: 'another body',
  },
  'a forged proxy': {
    as: '',
    headers: { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-user': 'admin', 'x-original-url': QUERY },
    path: '/v1/me',
    method: 'GET',
    status: 401,
    error: 'Missing bearer token',
  },
  'a method in a header': {
    headers: { 'x-http-method-override': 'DELETE' },
    method: 'POST',
    path: '/v1/databases/main',
    body: {},
    ...otherMethod('GET, DELETE'),
  },
  'a query by GET': { method: 'GET', path: `${QUERY}?sql=drop+table+t`, ...otherMethod('POST') },
  'a route that there is not': { path: '/v1/db/acme/main/propose', body: {}, ...noRoute },
  'a route with a slash more': { path: `${QUERY}/`, sql: 'delete from t', ...noRoute },
  'a route with double slashes': { path: '/v1//db/acme/main/query', sql: 'delete from t', ...noRoute },
  'a file of the server': { method: 'GET', path: '/package.json', ...noRoute },
  'a file above the server': { method: 'GET', path: '/reference/%2e%2e/%2e%2e/etc/passwd', ...noRoute },
}
