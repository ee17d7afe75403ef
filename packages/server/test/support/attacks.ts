import { gzipSync } from 'node:zlib'

const MB = 1024 * 1024
const BOMB = 'with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n'

/** What is sent with a token. */
export interface Request {
  readonly path?: string
  readonly method?: string
  /** Which token; a text that is none of their names is sent as it is. */
  readonly as?: string
  readonly headers?: Record<string, string>
  readonly sql?: string
  readonly params?: unknown
  /** Instead of `sql`; text and bytes are sent as they are. */
  readonly body?: unknown
}

export interface Attack extends Request {
  readonly status: number
  /** In the error's text. */
  readonly error: string
}

export const QUERY = '/v1/db/acme/main/query'
const at = (database: string, namespace = 'acme') => `/v1/db/${namespace}/${database}/query`
const missing = { status: 404, error: 'There is no such database' }
const noRoute = { status: 404, error: 'There is no such route' }
const otherMethod = (allowed: string) => ({ status: 405, error: `This route takes ${allowed} only` })
const unknownToken = { status: 401, error: 'The token is unknown, revoked or expired' }
const badToken = { status: 401, error: 'Invalid token format' }
const unavailable = (what: string) => ({ status: 403, error: what })

/** What is sent, and what must come back. Nothing may have changed after all of them. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  // Slugs that want out of the data folder.
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

  // Tokens.
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

  // SQL beyond a role, a scope or the database.
  'a write by a reader': {
    as: 'readonly',
    sql: 'insert into t values (2)',
    ...unavailable('The token may only read.'),
  },
  'a write in a CTE by a reader': {
    as: 'readonly',
    sql: 'with x as (select 2) insert into t select * from x',
    ...unavailable('The token may only read.'),
  },
  'DDL by a writer': {
    as: 'readwrite',
    sql: '/* select */ create table x (a)',
    ...unavailable('Changing the schema needs the role "admin".'),
  },
  'a table outside the scope': {
    as: 'scoped',
    sql: 'select (select s from secret) from t',
    ...unavailable('Token scope does not include table "secret"'),
  },
  'the schema for a scope': {
    as: 'scoped',
    sql: 'select sql from sqlite_schema',
    ...unavailable('Token scope does not include table "sqlite_master"'),
  },
  'a file attached': { sql: `attach '/tmp/x.sqlite' as x`, ...unavailable('ATTACH, DETACH and VACUUM') },
  'the registry attached': {
    sql: `attach '../registry.sqlite' as x`,
    ...unavailable('ATTACH, DETACH and VACUUM'),
  },
  'a file attached by a parameter': { sql: 'attach ? as x', params: ['x'], ...unavailable('ATTACH') },
  'a copy written to a file': { sql: `vacuum into '/tmp/persql-attack.sqlite'`, ...unavailable('ATTACH') },
  'a vacuum': { sql: 'vacuum', ...unavailable('ATTACH, DETACH and VACUUM') },
  'the database detached': { sql: 'detach main', ...unavailable('ATTACH') },
  'an extension': {
    sql: `select load_extension('/lib/x.so')`,
    ...unavailable('"load_extension" is not available'),
  },
  'a tokenizer by its address': {
    sql: `select fts3_tokenizer('x', zeroblob(8))`,
    ...unavailable('"fts3_tokenizer" is not available'),
  },
  'a file read by a function': {
    sql: `select readfile('/etc/passwd')`,
    status: 400,
    error: 'no such function',
  },
  'a file written by a function': {
    sql: `select writefile('/tmp/x', 'x')`,
    status: 400,
    error: 'no such function',
  },
  'a writable schema': { sql: 'pragma writable_schema = on', ...unavailable('PRAGMA writable_schema') },
  'the schema written': { sql: 'delete from sqlite_schema', status: 400, error: 'may not be modified' },
  'the schema written by an update': {
    sql: `update sqlite_master set sql = 'x'`,
    status: 400,
    error: 'may not be modified',
  },
  'the journal switched off': { sql: 'pragma journal_mode = off', ...unavailable('PRAGMA journal_mode') },
  'the journal switched off by a function': {
    sql: `select * from pragma_journal_mode('off')`,
    status: 400,
    error: 'unknown database',
  },
  'syncing switched off': { sql: 'pragma synchronous = 0', ...unavailable('PRAGMA synchronous') },
  'foreign keys switched off': { sql: 'pragma foreign_keys = off', ...unavailable('PRAGMA foreign_keys') },
  'the path of the file': { sql: 'pragma database_list', ...unavailable('PRAGMA database_list') },
  'temporary files elsewhere': {
    sql: `pragma temp_store_directory = '/'`,
    ...unavailable('PRAGMA temp_store_directory'),
  },
  'memory mapped': { sql: 'pragma mmap_size = 1000000000', ...unavailable('PRAGMA mmap_size') },
  'a locked file': { sql: 'pragma locking_mode = exclusive', ...unavailable('PRAGMA locking_mode') },
  'a key set': { sql: `pragma key = 'x'`, ...unavailable('PRAGMA key') },
  'the size of all tables': { sql: 'select * from dbstat', ...unavailable('belongs to the server') },
  'a temporary table': { sql: 'create temp table x (a)', ...unavailable('only one connection would see') },
  'a temporary trigger': {
    sql: 'create temp trigger x after insert on t begin select 1; end',
    ...unavailable('only one connection would see'),
  },
  'a virtual table of the system': {
    sql: 'create virtual table x using dbstat',
    ...unavailable('"dbstat" are not'),
  },
  'a transaction begun': { sql: 'begin', status: 400, error: 'cannot begin or end a transaction' },
  'a transaction ended': { sql: 'commit', status: 400, error: 'cannot begin or end a transaction' },
  'a transaction undone': { sql: 'rollback', status: 400, error: 'cannot begin or end a transaction' },
  'a savepoint': { sql: 'savepoint x', status: 400, error: 'cannot begin or end a transaction' },
  'a second statement': { sql: 'select 1; drop table t', status: 400, error: 'more than one statement' },
  'a second statement after a comment': {
    sql: `select 1 /* ' */; delete from t -- '`,
    status: 400,
    error: 'more than one statement',
  },
  'an ended transaction in a batch': {
    path: '/v1/db/acme/main/batch',
    body: { transaction: true, statements: [{ sql: 'insert into t values (9)' }, { sql: 'commit' }] },
    status: 400,
    error: 'cannot begin or end a transaction',
  },
  'a transaction left by OR ROLLBACK': {
    path: '/v1/db/acme/main/batch',
    body: {
      transaction: true,
      statements: [{ sql: 'insert into t values (9)' }, { sql: 'insert or rollback into t values (1)' }],
    },
    status: 400,
    error: 'UNIQUE constraint failed',
  },

  // Bombs.
  'an endless query': { sql: BOMB, status: 504, error: 'ran longer than' },
  'an endless result': { sql: BOMB.replace('count(*)', 'i'), status: 413, error: 'more rows than the limit' },
  'an endless text': {
    sql: `with recursive n (s) as (select 'x' union all select s || s from n) select length(s) from n`,
    status: 413,
    error: 'larger than the limit',
  },
  'a blob of a gigabyte': { sql: 'select zeroblob(1000000000)', status: 413, error: 'larger than the limit' },
  'a deep expression': {
    sql: `select ${'('.repeat(5000)}1${')'.repeat(5000)}`,
    status: 400,
    error: 'Recursion limit',
  },
  'a thousand joins': {
    sql: `select 1 from ${Array.from({ length: 100 }, (_, n) => `t t${n}`).join(', ')}`,
    status: 400,
    error: 'at most 64 tables',
  },
  'a trigger that calls itself': {
    path: '/v1/db/acme/main/batch',
    body: {
      transaction: true,
      statements: [
        { sql: 'create trigger loop after insert on t begin insert into t values (new.a + 1); end' },
        { sql: 'pragma recursive_triggers = on' },
      ],
    },
    ...unavailable('PRAGMA recursive_triggers'),
  },
  'SQL of two megabytes': { sql: `select '${'x'.repeat(2 * MB)}'`, status: 413, error: 'sql: at most' },
  '101 statements': {
    path: '/v1/db/acme/main/batch',
    body: { statements: Array(101).fill({ sql: 'insert into t values (3)' }) },
    status: 400,
    error: 'statements: at most 100',
  },
  'no statements': {
    path: '/v1/db/acme/main/batch',
    body: { statements: [] },
    status: 400,
    error: 'at least one',
  },
  '40,000 parameters': {
    sql: 'select 1',
    params: Array(40_000).fill(1),
    status: 400,
    error: 'params: at most 32766.',
  },
  'a body of 100 MB': { body: 'x'.repeat(100 * MB), status: 413, error: 'The body is larger than' },
  'a zip bomb': {
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(Buffer.alloc(50 * MB)),
    status: 415,
    error: 'must not be compressed',
  },
  'a large body for a small call': {
    path: '/v1/tokens',
    body: { name: 'x'.repeat(MB) },
    status: 413,
    error: 'The body is larger than 262144',
  },

  // Bodies that are not what they should be.
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

  // Headers and routes.
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

/** Where every field of every body is given each wrong type in turn. */
const BODIES: Readonly<
  Record<string, { readonly method?: string; readonly body: object; readonly fields: object }>
> = {
  [QUERY]: { body: { sql: 'select 1' }, fields: { sql: 'text', params: 'list', readOnly: 'flag' } },
  '/v1/db/acme/main/batch': {
    body: { statements: [{ sql: 'delete from t' }] },
    fields: { statements: 'list', transaction: 'flag', readOnly: 'flag' },
  },
  '/v1/db/acme/main/explain': { body: { sql: 'select 1' }, fields: { sql: 'text', params: 'list' } },
  '/v1/db/acme/main/validate': { body: { sql: 'select 1' }, fields: { sql: 'text', params: 'list' } },
  '/v1/databases': {
    body: { name: 'wrong', slug: 'wrong' },
    fields: {
      name: 'text',
      slug: 'text',
      region: 'text',
      ttlDays: 'number',
      ttl_days: 'number',
      expiresAt: 'text',
    },
  },
  '/v1/tokens': {
    body: { name: 'wrong' },
    fields: {
      name: 'text',
      role: 'text',
      tableScope: 'list',
      database: 'text',
      expiresAt: 'text',
      ttlSec: 'number',
    },
  },
  '/v1/db/acme/main/branches/claim': {
    body: {},
    fields: { ref: 'text', purpose: 'text', ttlSec: 'number', role: 'text' },
  },
  '/v1/db/acme/main/branches/wrong': {
    method: 'PUT',
    body: {},
    fields: { fromRef: 'text', name: 'text', ttlDays: 'number', expiresAt: 'text' },
  },
  '/v1/db/acme/main/branches/there/merge': { body: {}, fields: { mode: 'text' } },
}
const VALUES: Readonly<Record<string, unknown>> = {
  text: 'text',
  number: 1,
  flag: true,
  list: ['text'],
  object: {},
  null: null,
}

export const WRONG_TYPES: Readonly<Record<string, Attack>> = Object.fromEntries(
  Object.entries(BODIES).flatMap(([path, { method = 'POST', body, fields }]) =>
    Object.entries(fields).flatMap(([field, type]) =>
      Object.entries(VALUES)
        .filter(([other]) => other !== type)
        .map(([other, value]) => [
          `${other} as ${field} of ${method} ${path}`,
          { method, path, body: { ...body, [field]: value }, status: 400, error: `${field}:` },
        ]),
    ),
  ),
)

interface RawAttack {
  /** Bytes on a socket, to which the server's end is waited for. */
  readonly text: string | ((token: string) => string)
  /** Of all answers that come back. */
  readonly statuses: readonly number[]
  /** In the last answer. */
  readonly error?: string
}

const ME = 'GET /v1/me HTTP/1.1\r\nHost: a\r\n'
const POST = `POST ${QUERY} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n`
const CLOSE = 'Connection: close\r\n\r\n'
const authorized = (token: string) => `Authorization: Bearer ${token}\r\n`
/** A request that would be answered with 200 and change much, if it were seen. */
const hidden = (token: string) =>
  `DELETE /v1/databases/main HTTP/1.1\r\nHost: a\r\n${authorized(token)}${CLOSE}`
const withBody = (head: string, body: string) => `${head}Content-Length: ${body.length}\r\n${CLOSE}${body}`
const unreadable = { statuses: [400] }

export const RAW_ATTACKS: Readonly<Record<string, RawAttack>> = {
  'a request without a host': { text: 'GET /v1/me HTTP/1.1\r\n\r\n', ...unreadable },
  'a host that is none': { text: `GET /v1/me HTTP/1.1\r\nHost: a b\r\n${CLOSE}`, ...unreadable },
  'two lengths': {
    text: (token) => `${POST}${authorized(token)}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`,
    ...unreadable,
  },
  'a negative length': { text: `${POST}Content-Length: -1\r\n\r\n`, ...unreadable },
  'a length with a sign': { text: `${POST}Content-Length: +1\r\n\r\nx`, ...unreadable },
  'a length in hexadecimal': { text: `${POST}Content-Length: 0x1\r\n\r\nx`, ...unreadable },
  'a length beyond 64 bits': { text: `${POST}Content-Length: ${'9'.repeat(30)}\r\n\r\nx`, ...unreadable },
  'a length, and chunks with a request after them': {
    text: (token) =>
      `${POST}${authorized(token)}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden(token)}`,
    ...unreadable,
  },
  'chunks, and a length with a request after it': {
    text: (token) =>
      `${POST}${authorized(token)}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden(token)}`,
    ...unreadable,
  },
  'chunks behind another encoding': {
    text: (token) =>
      `${POST}${authorized(token)}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden(token)}`,
    ...unreadable,
  },
  'an encoding that there is not': {
    text: (token) =>
      `${POST}${authorized(token)}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden(token)}`,
    ...unreadable,
  },
  'a space before a colon': {
    text: (token) => `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden(token)}`,
    ...unreadable,
  },
  'a chunk without an end': {
    text: (token) =>
      `${POST}${authorized(token)}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(17)}\r\n${hidden(token)}`,
    ...unreadable,
  },
  'lines that end in half': {
    text: (token) => `GET /v1/me HTTP/1.1\nHost: a\n\n${hidden(token)}`,
    ...unreadable,
  },
  'a header that continues': { text: `${ME}A: b\r\n c\0: d\r\n\r\n`, ...unreadable },
  'a line break in a token': {
    text: (token) => `${ME}Authorization: Bearer x\ry${token}\r\n${CLOSE}`,
    ...unreadable,
  },
  'line breaks in a path': {
    text: (token) =>
      `GET /v1/databases/x%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: a\r\n${authorized(token)}${CLOSE}`,
    statuses: [404],
    error: 'There is no such database',
  },
  'headers of 100 kB': { text: `${ME}X: ${'x'.repeat(100_000)}\r\n\r\n`, statuses: [431] },
  'an authorization of 20 kB': {
    text: `${ME}Authorization: Bearer ${'x'.repeat(20_000)}\r\n\r\n`,
    statuses: [431],
  },
  'three thousand headers': {
    text: `${ME}${Array.from({ length: 3000 }, (_, n) => `${n}:\r\n`).join('')}\r\n`,
    statuses: [431],
  },
  'an unknown authorization and a known one': {
    text: (token) => `${ME}Authorization: Bearer x\r\n${authorized(token)}${CLOSE}`,
    statuses: [401],
    error: 'Invalid token format',
  },
  'a known authorization and an unknown one': {
    text: (token) => `${ME}${authorized(token)}Authorization: Bearer x\r\n${CLOSE}`,
    statuses: [401],
    error: 'Invalid token format',
  },
  'a request in the body of one without a token': {
    text: (token) => withBody(POST, hidden(token)),
    statuses: [401],
    error: 'Missing bearer token',
  },
  'a request in the body of one with a token': {
    text: (token) => withBody(`${POST}${authorized(token)}`, hidden(token)),
    statuses: [400],
    error: 'The body is not JSON in UTF-8.',
  },
  'a request in the body of one that has no body': {
    text: (token) => withBody(`${ME}${authorized('x')}`, hidden(token)),
    statuses: [401],
    error: 'The token is unknown, revoked or expired',
  },
  'a request in the body of one for a route that there is not': {
    text: (token) => withBody(`POST /x HTTP/1.1\r\nHost: a\r\n`, hidden(token)),
    statuses: [404],
    error: 'There is no such route',
  },
  'a request in the body of one to another namespace': {
    text: (token) => withBody(`${POST.replace('acme', 'other')}${authorized(token)}`, hidden(token)),
    statuses: [403],
    error: 'Token namespace mismatch',
  },
  '40 MB in chunks': {
    text: (token) =>
      `${POST}${authorized(token)}Transfer-Encoding: chunked\r\n${CLOSE}${(40 * MB).toString(16)}\r\n${'x'.repeat(40 * MB)}\r\n0\r\n\r\n`,
    statuses: [413],
    error: 'The body is larger than 33554432 bytes.',
  },
  'an expectation that there is not': { text: `${POST}Expect: money\r\n${CLOSE}`, statuses: [417] },
  'an upgrade': {
    text: `${ME}Upgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n`,
    statuses: [401],
    error: 'Missing bearer token',
  },
  'an absolute target': {
    text: `GET http://evil.example/v1/me HTTP/1.1\r\nHost: a\r\n${CLOSE}`,
    statuses: [401],
    error: 'Missing bearer token',
  },
  'a method that there is not': { text: `BREW /v1/me HTTP/1.1\r\nHost: a\r\n${CLOSE}`, ...unreadable },
  'a tunnel': { text: 'CONNECT evil.example:80 HTTP/1.1\r\nHost: a\r\n\r\n', statuses: [] },
  'the next protocol': { text: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', ...unreadable },
  'another protocol': { text: 'EHLO evil.example\r\n', ...unreadable },
}
