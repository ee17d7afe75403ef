import type { Attack } from './attack.ts'

const RECORDS = 'sqlite_persql_idempotency_2'
const unavailable = (what: string) => ({ status: 403, error: what })

/** SQL beyond a role, a scope or the database. */
export const SQL_ATTACKS: Readonly<Record<string, Attack>> = {
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
  'the records of idempotency keys': {
    as: 'readonly',
    sql: `select * from ${RECORDS}`,
    ...unavailable(`The table "${RECORDS}" belongs to the server.`),
  },
  'the records of idempotency keys, counted by a scope': {
    as: 'scoped',
    sql: `select (select count(*) from ${RECORDS}) from t`,
    ...unavailable(`The table "${RECORDS}" belongs to the server.`),
  },
  'a forged record': {
    sql: `insert into ${RECORDS} values (1, 'k', x'', 0, 200, '{}')`,
    ...unavailable(`The table "${RECORDS}" belongs to the server.`),
  },
  'the records dropped': {
    sql: `drop table ${RECORDS}`,
    ...unavailable(`The table "${RECORDS}" belongs to the server.`),
  },
  'the records renamed': {
    sql: `alter table ${RECORDS} rename to mine`,
    status: 400,
    error: `table ${RECORDS} may not be altered`,
  },
  'a table among those of the server': {
    sql: 'create table sqlite_persql_idempotency_3 (a)',
    status: 400,
    error: 'object name reserved for internal use: sqlite_persql_idempotency_3',
  },
  'a table renamed to one of the server': {
    sql: 'alter table t rename to sqlite_persql_idempotency_3',
    status: 400,
    error: 'object name reserved for internal use: sqlite_persql_idempotency_3',
  },
  'a table renamed to one of a former version': {
    sql: 'alter table t rename to _persql_idempotency',
    ...unavailable('Names that begin with "_persql_" belong to the server.'),
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
  'a deletion by a reader under a false list of tables': {
    as: 'readonly',
    sql: 'delete from secret',
    ...unavailable('The token may only read.'),
  },
  'an update by a reader under a false list of tables': {
    as: 'readonly',
    sql: `update secret set s = 'x'`,
    ...unavailable('The token may only read.'),
  },
  'a read outside the scope under a false list of tables': {
    as: 'scoped',
    sql: 'select * from secret',
    ...unavailable('Token scope does not include table "secret"'),
  },
  'a deletion outside the scope under a false list of tables': {
    as: 'scoped',
    sql: 'delete from secret',
    ...unavailable('Token scope does not include table "secret"'),
  },
  'a false list of tables for a scope': {
    as: 'scoped',
    sql: 'select * from pragma_table_list',
    ...unavailable('Token scope does not include table "pragma_table_list"'),
  },
  'a table called like a function for a scope': {
    as: 'scoped',
    sql: 'select * from json_tree',
    ...unavailable('Token scope does not include table "json_tree"'),
  },
  'statistics made by a function': {
    sql: 'select * from pragma_optimize(0x10002)',
    ...unavailable('"pragma_optimize" is not available'),
  },
  'statistics made by a function, by a reader': {
    as: 'readonly',
    sql: 'select * from "PRAGMA_OPTIMIZE"',
    ...unavailable('"pragma_optimize" is not available'),
  },
  'an index rewritten by a reader': {
    as: 'readonly',
    sql: 'select optimize(docs) from docs',
    ...unavailable('The token may only read.'),
  },
  'an index rewritten by a reader through a view': {
    as: 'readonly',
    sql: 'select * from optimized',
    status: 400,
    error: 'unsafe use of optimize()',
  },
  'an index rewritten in a request that only reads': {
    body: { sql: 'select optimize(docs) from docs', readOnly: true },
    status: 400,
    error: 'The request says that it only reads',
  },
  'an index rewritten outside the scope': {
    as: 'scoped',
    sql: 'select optimize(docs) from docs',
    ...unavailable('Token scope does not include table "docs"'),
  },
  'an index rewritten by a command of a reader': {
    as: 'readonly',
    sql: `insert into docs (docs) values ('optimize')`,
    ...unavailable('The token may only read.'),
  },
  'the statistics set by a request that only reads': {
    body: { sql: 'pragma optimize', readOnly: true },
    status: 400,
    error: 'The request says that it only reads',
  },
  'the version set by a request that only reads': {
    body: { sql: 'pragma user_version = 5', readOnly: true },
    status: 400,
    error: 'The request says that it only reads',
  },
  'a file attached by a request that only reads': {
    body: { sql: `attach '/tmp/x.sqlite' as x`, readOnly: true },
    ...unavailable('ATTACH, DETACH and VACUUM'),
  },
  'writing allowed by a reader': {
    as: 'readonly',
    sql: 'pragma query_only = off',
    ...unavailable('PRAGMA query_only'),
  },
  'syncing switched off in an explanation': {
    sql: 'explain pragma synchronous = off',
    ...unavailable('PRAGMA synchronous'),
  },
  'syncing switched off in a plan': {
    path: '/v1/db/acme/main/explain',
    sql: 'pragma synchronous(0)',
    ...unavailable('PRAGMA synchronous'),
  },
  'a heap limit': { sql: 'pragma hard_heap_limit = 1', ...unavailable('PRAGMA hard_heap_limit') },
  'a checkpoint': { sql: 'pragma wal_checkpoint(truncate)', ...unavailable('PRAGMA wal_checkpoint') },
  'a vacuum in steps': { sql: 'pragma incremental_vacuum', ...unavailable('PRAGMA incremental_vacuum') },
  'temporary files in memory': { sql: 'pragma temp_store = memory', ...unavailable('PRAGMA temp_store') },
  'a tokenizer by a parameter': {
    sql: `select fts3_tokenizer('simple', ?)`,
    params: [{ $bytes: 'AAAAAAAAAAA=' }],
    ...unavailable('"fts3_tokenizer" is not available'),
  },
  'a hidden table by a new name': {
    sql: 'alter table secret rename to _persql_secret',
    ...unavailable('Names that begin with "_persql_"'),
  },
  'a virtual table of what pragmas tell': {
    sql: 'create virtual table x using pragma_table_list',
    ...unavailable('"pragma_table_list" are not'),
  },
}
