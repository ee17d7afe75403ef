import type { Attack } from './attack.ts'

/** Bodies that are not what they should be. */
export const BODY_ATTACKS: Readonly<Record<string, Attack>> = {
  'no JSON': { body: '{"sql": ', status: 400, error: 'The body is not JSON in UTF-8.' },
  'no body': { body: '', status: 400, error: 'The body is not JSON in UTF-8.' },
  'bytes that are no UTF-8': {
    body: Buffer.from([0x22, 0xff, 0xfe, 0x22]),
    status: 400,
    error: 'The body is not JSON in UTF-8.',
  },
  'a list as body': { body: [], status: 400, error: 'must be a JSON object' },
  'null as body': { body: 'null', status: 400, error: 'must be a JSON object' },
  'a body 100,000 levels deep': {
    body: `{"sql":"select ?","params":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    status: 400,
    error: 'params[0]:',
  },
  'a form': {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'sql=select+1',
    status: 415,
    error: 'must be sent as application/json',
  },
  'SQL that is a number': { body: { sql: 1 }, status: 400, error: 'sql: text.' },
  'SQL that is a list': { body: { sql: ['select 1'] }, status: 400, error: 'sql: text.' },
  'parameters that are an object': {
    sql: 'select 1',
    params: { length: 1 },
    status: 400,
    error: 'params: a list',
  },
  'a parameter that is a list': { sql: 'select ?', params: [[1]], status: 400, error: 'params[0]:' },
  'a parameter that is an object': { sql: 'select ?', params: [{ a: 1 }], status: 400, error: 'params[0]:' },
  'bytes that are no base64': {
    sql: 'select ?',
    params: [{ $bytes: '!' }],
    status: 400,
    error: 'params[0]:',
  },
  'an integer beyond 64 bits': {
    sql: 'select ?',
    params: [{ $bigint: '9223372036854775808' }],
    status: 400,
    error: 'params[0]:',
  },
  'a number beyond all': {
    body: '{"sql":"select ?","params":[1e999]}',
    status: 400,
    error: 'a number too large',
  },
  'half a character': { body: '{"sql":"select ?","params":["\\ud800"]}', status: 400, error: 'surrogate' },
  'a zero byte in SQL': { sql: 'select 1\0; drop table t', status: 400, error: 'zero byte' },
  'a flag that is text': {
    path: '/v1/db/acme/main/batch',
    body: { statements: [{ sql: 'delete from t' }], transaction: 'false' },
    status: 400,
    error: 'transaction: true or false.',
  },
  'a statement that is text': {
    path: '/v1/db/acme/main/batch',
    body: { statements: ['delete from t'] },
    status: 400,
    error: 'statements[0]:',
  },
  'a role that there is not': {
    path: '/v1/tokens',
    body: { name: 'x', role: 'owner' },
    status: 400,
    error: 'role:',
  },
  'a scope of nothing': {
    path: '/v1/tokens',
    body: { name: 'x', tableScope: [] },
    status: 400,
    error: 'tableScope:',
  },
  'a field that there is not': {
    path: '/v1/tokens',
    body: { name: 'x', namespaceId: 'other' },
    status: 400,
    error: 'namespaceId',
  },
  'an expiry in the past': {
    path: '/v1/tokens',
    body: { name: 'x', expiresAt: '2020-01-01T00:00:00Z' },
    status: 400,
    error: 'The expiry is in the past.',
  },
  'two expiries': {
    path: '/v1/databases',
    body: { name: 'x', slug: 'x', ttlDays: 1, ttl_days: 1 },
    status: 400,
    error: 'At most one of',
  },
  'an endless expiry': {
    path: '/v1/databases',
    body: { name: 'x', slug: 'x', ttlDays: 1e308 },
    status: 400,
    error: 'ttlDays:',
  },
  'a negative lease': {
    path: '/v1/db/acme/main/branches/claim',
    body: { ttlSec: -60 },
    status: 400,
    error: 'ttlSec:',
  },
  'a lease of a year': {
    path: '/v1/db/acme/main/branches/claim',
    body: { ttlSec: 365 * 86_400 },
    status: 400,
    error: 'ttlSec:',
  },
}
