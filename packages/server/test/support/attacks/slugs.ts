import { type Attack, at, missing } from './attack.ts'

/** Slugs that want out of the data folder. */
export const SLUG_ATTACKS: Readonly<Record<string, Attack>> = {
  'dots as a database': { path: at('..%2f..%2fetc%2fpasswd'), sql: 'select 1', ...missing },
  'encoded dots as a database': {
    path: at('%2e%2e%2f%2e%2e%2fcanary'),
    sql: 'create table t (a)',
    ...missing,
  },
  'a backslash path': { path: at('..%5c..%5ccanary'), sql: 'select 1', ...missing },
  'an absolute path': { path: at('%2ftmp%2fx.sqlite'), sql: 'create table t (a)', ...missing },
  'a name of the registry': { path: at('registry.sqlite'), sql: 'select * from tokens', ...missing },
  'a path to the registry': { path: at('..%2fregistry.sqlite'), sql: 'select * from tokens', ...missing },
  'a file URI': { path: at('file:x%3fmode=memory'), sql: 'select 1', ...missing },
  'a database in memory': { path: at(':memory:'), sql: 'select 1', ...missing },
  'a zero byte in a slug': { path: at('main%00'), sql: 'select 1', ...missing },
  'a broken percent code': { path: at('%E0%A4%A'), sql: 'select 1', ...missing },
  'a slug of a thousand letters': { path: at('a'.repeat(1000)), sql: 'select 1', ...missing },
  'SQL in a slug': { path: at(`main'%20or%201=1--`), sql: 'select 1', ...missing },
  '__proto__ as a slug': { path: at('__proto__'), sql: 'select 1', ...missing },
  'a slug with dots to create': {
    path: '/v1/databases',
    body: { name: 'x', slug: '../x' },
    status: 400,
    error: 'slug: lower case letters',
  },
  'an empty slug to create': {
    path: '/v1/databases',
    body: { name: 'x', slug: '' },
    status: 400,
    error: 'slug:',
  },
  'a slug in capitals to create': {
    path: '/v1/databases',
    body: { name: 'x', slug: 'Main' },
    status: 400,
    error: 'slug: lower case letters',
  },
  'a slug that is taken': {
    path: '/v1/databases',
    body: { name: 'x', slug: 'main' },
    status: 409,
    error: 'A database with the slug "main" exists.',
  },
  'a ref with dots to climb': {
    method: 'PUT',
    path: '/v1/db/acme/main/branches/..%2f..%2fx',
    body: {},
    status: 400,
    error: 'ref:',
  },
  'a ref of 65 letters': {
    method: 'PUT',
    path: `/v1/db/acme/main/branches/${'a'.repeat(65)}`,
    body: {},
    status: 400,
    error: 'ref:',
  },
  'a branch in place of its parent': {
    method: 'PUT',
    path: '/v1/db/acme/main/branches/main',
    body: {},
    status: 400,
    error: 'ref:',
  },
}
