const BOMB = 'with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n'

export interface ToolAttack {
  readonly tool: string
  readonly args: Record<string, unknown>
  /** Which token. Default: `admin`. */
  readonly as?: string
  /** The JSON of the error, all of it. */
  readonly error: object
}

const query = (sql: string, more: object = {}) => ({
  tool: 'query',
  args: { database: 'main', sql, ...more },
})
const write = (...statements: string[]) => ({
  tool: 'batch',
  args: { database: 'main', statements: statements.map((sql) => ({ sql })) },
})
const invalid = (issue: string) => ({ error: { error: `The arguments are not valid. ${issue}` } })
const refused = (status: number, kind: string, message: string, more: object = {}) => ({
  error: { error: message, errorDetail: { kind, message, ...more }, status },
})
const apiError = (status: number, error: string) => ({ error: { error, status } })

const SLUG = 'database: letters, digits and . _ - /, as in "main" or "main.run-1"'
const READS = 'The request says that it only reads, and the statement writes.'
const HINT = { hint: 'query only reads; batch runs SQL that writes.' }
const missing = apiError(404, 'There is no such database')
const needsAdmin = apiError(
  403,
  'This needs an admin token without a table scope that is not bound to one database.',
)
const noSession = {
  error: { error: 'There is no such session. list_sessions and search_sessions find them.' },
}
const readOnly = refused(400, 'readonly', READS, HINT)
const outside = (table: string, more: object = {}) =>
  refused(403, 'forbidden', `Token scope does not include table "${table}"`, { table, ...more })

/** What a model may be talked into, and what must come back. Nothing may have changed after all of them. */
export const TOOL_ATTACKS: Readonly<Record<string, ToolAttack>> = {
  // What SQLite takes for reading.
  'statistics made by a query': {
    ...query('select * from pragma_optimize(0x10002)'),
    ...refused(
      403,
      'forbidden',
      '"pragma_optimize" is not available, because it writes: use PRAGMA optimize.',
    ),
  },
  'a file attached by a query': {
    ...query(`attach 'x.sqlite' as x`),
    ...refused(403, 'forbidden', 'ATTACH, DETACH and VACUUM are not available.'),
  },
  'syncing switched off by a query': {
    ...query('pragma synchronous = off'),
    ...refused(403, 'forbidden', 'PRAGMA synchronous with an argument is not available.'),
  },
  // Wrong types.
  'no arguments': {
    tool: 'query',
    args: {},
    ...invalid(
      'database: Invalid input: expected string, received undefined. sql: Invalid input: expected string, received undefined',
    ),
  },
  'a number as SQL': {
    ...query('x', { sql: 1 }),
    ...invalid('sql: Invalid input: expected string, received number'),
  },
  'a list as SQL': {
    ...query('x', { sql: ['select 1'] }),
    ...invalid('sql: Invalid input: expected string, received array'),
  },
  'empty SQL': { ...query(''), ...invalid('sql: Too small: expected string to have >=1 characters') },
  'SQL of 200,000 letters': {
    ...query(`select '${'a'.repeat(200_000)}'`),
    ...invalid('sql: Too big: expected string to have <=100000 characters'),
  },
  'an object as a parameter': {
    ...query('select ?', { params: [{ a: 1 }] }),
    ...invalid('params.0: Invalid input'),
  },
  'a parameter beyond 64 bits': {
    ...query('select ?', { params: [{ $bigint: '9'.repeat(30) }] }),
    ...invalid('params.0.$bigint: Invalid string: must match pattern /^-?\\d{1,19}$/'),
  },
  'a parameter just beyond 64 bits': {
    ...query('select ?', { params: [{ $bigint: '9223372036854775808' }] }),
    error: { error: 'params.0: $bytes must be Base64, $bigint an integer of 64 bits.' },
  },
  'bytes that are no Base64': {
    ...query('select ?, ?', { params: [1, { $bytes: '%%%' }] }),
    error: { error: 'params.1: $bytes must be Base64, $bigint an integer of 64 bits.' },
  },
  '10,001 parameters': {
    ...query('select 1', { params: Array(10_001).fill(1) }),
    ...invalid('params: Too big: expected array to have <=10000 items'),
  },
  'more parameters than placeholders': {
    ...query('select 1', { params: [1] }),
    ...refused(400, 'too_many_params', 'The statement has 0 placeholders, and 1 parameters were given.'),
  },
  'a field that is not there': {
    ...query('select 1', { admin: true }),
    ...invalid('Unrecognized key: "admin"'),
  },
  'a field of the prototype': {
    ...query('select 1', JSON.parse('{"constructor":{"prototype":{}}}')),
    ...invalid('Unrecognized key: "constructor"'),
  },
  'a field with a name of a megabyte': {
    ...query('select 1', { ['k'.repeat(1_000_000)]: 1 }),
    ...invalid(`Unrecognized key: "${'k'.repeat(952)}… [cut: 1000049 characters in all]`),
  },
  'a column of 50,000 letters': {
    ...query(`select ${'a'.repeat(50_000)} from t`),
    ...refused(400, 'unknown_column', 'no such column: [redacted]'),
  },
  'a limit of nothing': {
    ...query('select 1', { limit: 0 }),
    ...invalid('limit: Too small: expected number to be >=1'),
  },
  'a limit without end': {
    ...query('select 1', { limit: 1e9 }),
    ...invalid('limit: Too big: expected number to be <=1000'),
  },
  'a batch of 101 statements': {
    ...write(...Array(101).fill('select 1')),
    ...invalid('statements: Too big: expected array to have <=100 items'),
  },
  'an empty batch': { ...write(), ...invalid('statements: Too small: expected array to have >=1 items') },
  'a key with a line break': {
    tool: 'batch',
    args: { database: 'main', statements: [{ sql: 'delete from t' }], idempotencyKey: 'a\r\nx: y' },
    ...invalid('idempotencyKey: 1 to 200 printable ASCII characters'),
  },

  // Other databases.
  'a path as a database': { ...query('select 1', { database: '../../etc/passwd' }), ...invalid(SLUG) },
  'another namespace': { ...query('select 1', { database: 'other/main' }), ...missing },
  'a database that is not there': { ...query('select 1', { database: 'new' }), ...missing },
  'writing into a database that is not there': {
    tool: 'batch',
    args: { database: 'new', statements: [{ sql: 'create table t (a)' }] },
    ...missing,
  },
  'a query string in a database': {
    ...query('select 1', { database: 'main?x=/v1/tokens' }),
    ...invalid(SLUG),
  },
  'a database of another token': {
    ...query('select 1', { database: 'other' }),
    as: 'bound',
    ...apiError(403, 'The token does not reach this database'),
  },
  'a branch of another database': {
    tool: 'list_branches',
    args: { database: 'other' },
    as: 'bound',
    ...apiError(403, 'The token does not reach this database'),
  },

  // Writing where reading was asked for.
  'a deletion by query': { ...query('delete from t'), ...readOnly },
  'a deletion behind a comment': { ...query('/* select */ -- select\n delete from t'), ...readOnly },
  'a deletion in a CTE': { ...query('with x as (select 1) delete from t'), ...readOnly },
  'an update that returns rows': { ...query('update t set a = 2 returning a'), ...readOnly },
  'a table by query': { ...query('create table u (a)'), ...readOnly },
  'two statements in one': {
    ...query('select 1; delete from t'),
    ...refused(400, 'invalid_statement', 'The SQL contains more than one statement. Send a batch.'),
  },
  'the end of a transaction': {
    ...write('commit'),
    ...refused(
      400,
      'invalid_statement',
      'Statements cannot begin or end a transaction. Send a batch with "transaction": true.',
      { statementIndex: 0 },
    ),
  },
  'another file': {
    ...query(`attach '/etc/passwd' as x`),
    ...refused(403, 'forbidden', 'ATTACH, DETACH and VACUUM are not available.'),
  },
  'a copy of the file': {
    ...write(`vacuum into '/tmp/stolen'`),
    ...refused(400, 'unknown', 'cannot VACUUM from within a transaction', { statementIndex: 0 }),
  },
  'an extension': {
    ...query(`select load_extension('x')`),
    ...refused(403, 'forbidden', 'The function "load_extension" is not available.'),
  },
  'a query without end': {
    ...query(BOMB),
    ...refused(504, 'timeout', 'The statement was stopped: it ran longer than 3 s.'),
  },

  // Roles and scopes.
  'writing outside the scope': {
    ...write(`insert into secret values ('x')`),
    as: 'scoped',
    ...outside('secret', { statementIndex: 0 }),
  },
  'reading outside the scope': { ...query('select * from secret'), as: 'scoped', ...outside('secret') },
  'reading it through a subquery': {
    ...query('select (select s from secret) from t'),
    as: 'scoped',
    ...outside('secret'),
  },
  'conversations outside the scope': {
    tool: 'search_sessions',
    args: { database: 'main', text: 'hidden' },
    as: 'scoped',
    ...outside('agent_messages', { statementIndex: 0 }),
  },
  'a transcript outside the scope': {
    tool: 'read_session',
    args: { database: 'main', sessionId: 'ada' },
    as: 'scoped',
    ...outside('agent_messages', { statementIndex: 0 }),
  },
  'DDL by a token that writes': {
    ...write('drop table t'),
    as: 'readwrite',
    ...refused(403, 'readonly', 'Changing the schema needs the role "admin".', { statementIndex: 0 }),
  },
  'a database by a token that writes': {
    tool: 'create_database',
    args: { name: 'x' },
    as: 'readwrite',
    ...needsAdmin,
  },
  'a branch by a token that writes': {
    tool: 'claim_branch',
    args: { database: 'main', role: 'admin' },
    as: 'readwrite',
    ...needsAdmin,
  },
  'a merge by a token that writes': {
    tool: 'merge_branch',
    args: { database: 'main', ref: 'b' },
    as: 'readwrite',
    ...needsAdmin,
  },
  'a deletion by a token that writes': {
    tool: 'delete_branch',
    args: { database: 'main', ref: 'b' },
    as: 'readwrite',
    ...needsAdmin,
  },
  'usage by a token that writes': { tool: 'usage', args: {}, as: 'readwrite', ...needsAdmin },
  'a ref that climbs': {
    tool: 'delete_branch',
    args: { database: 'main', ref: '../../databases/main' },
    ...invalid('ref: 1 to 64 letters, digits and . _ - /, the first one a letter or digit'),
  },
  'a ref that is a route': {
    tool: 'delete_branch',
    args: { database: 'main', ref: 'claim' },
    ...apiError(404, 'There is no such branch'),
  },
  'a lease for ever': {
    tool: 'claim_branch',
    args: { database: 'main', ttlSec: 1e9 },
    ...invalid('ttlSec: Too big: expected number to be <=2592000'),
  },
  'a database that is taken': {
    tool: 'create_database',
    args: { name: 'main' },
    ...apiError(409, 'A database with the slug "main" exists.'),
  },

  // Session ids and search words that are SQL.
  'SQL as a session id': {
    tool: 'read_session',
    args: { database: 'main', sessionId: `ada'; drop table t; --` },
    ...noSession,
  },
  'a tautology as a session id': {
    tool: 'read_session',
    args: { database: 'main', sessionId: `' or '1'='1` },
    ...noSession,
  },
  'a pattern as a session id': {
    tool: 'read_session',
    args: { database: 'main', sessionId: '%' },
    ...noSession,
  },
  'a zero byte in a session id': {
    tool: 'read_session',
    args: { database: 'main', sessionId: 'ada\0' },
    error: { error: 'The session id must not contain a NUL character: databases cut text there.' },
  },
  'a session id of 2,000 letters': {
    tool: 'read_session',
    args: { database: 'main', sessionId: 'a'.repeat(2000) },
    ...invalid('sessionId: Too big: expected string to have <=1024 characters'),
  },
  'a cursor that is SQL': {
    tool: 'list_sessions',
    args: { database: 'main', after: `['x', 1, "' or 1=1"]` },
    error: { error: 'after must be the `after` of an earlier page.' },
  },
  'words without end': {
    tool: 'search_sessions',
    args: { database: 'main', text: [...'abcdefghijklmnopqrstuvwxyz'].join(' ') },
    error: { error: 'Search for at most 10 words at once.' },
  },
  'blank words': {
    tool: 'search_sessions',
    args: { database: 'main', text: '   ' },
    error: { error: 'The text has no words to look for.' },
  },
}
