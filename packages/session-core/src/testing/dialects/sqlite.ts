import type { SqlStatement } from '../../driver/sql-driver.ts'
import type { DialectStatements } from './dialect-statements.ts'

const BEYOND_READING = [
  `attach ':memory:' as other`,
  `/* select */ ;\n-- 1\nATTACH ':memory:' as other`,
  'detach main',
  'vacuum',
  `vacuum into '/dev/null'`,
  'pragma synchronous = off',
  'explain pragma synchronous = off',
  '\uFEFFpragma main . synchronous(0)',
  'pragma query_only = off',
  'pragma foreign_keys = off',
  'pragma writable_schema = on',
  'pragma journal_mode = delete',
  `pragma temp_store_directory = '/'`,
  'pragma hard_heap_limit = 1',
  'pragma wal_checkpoint',
  'pragma incremental_vacuum(1)',
  'pragma optimize',
  'pragma user_version = 5',
]
const TOKENIZER: SqlStatement = { sql: `select fts3_tokenizer('simple', ?)`, params: [new Uint8Array(8)] }

export const sqliteStatements: DialectStatements = {
  // A column without a type keeps each value as it is given.
  table: () => ({ sql: 'create table t (id integer primary key, value, name text unique)' }),
  insert: (value, name = null) => ({
    sql: 'insert into t (value, name) values (?, ?)',
    params: [value, name],
  }),
  placeholder: () => '?',
  deletionLog: [
    { sql: 'create table log (id)' },
    { sql: 'create trigger forget after delete on t begin insert into log values (old.id); end' },
  ],
  failsAt: (parameter) => ({ sql: "select json_extract('{}', ?)", params: [parameter] }),
  transactionControl: [],
  beyondReading: [...BEYOND_READING.map((sql) => ({ sql })), TOKENIZER],
  hiddenWrites: {
    setup: [
      { sql: 'create index t_value on t (value)' },
      { sql: 'create virtual table docs using fts4 (text)' },
      { sql: `insert into docs values ('a')` },
      { sql: `insert into docs values ('b')` },
      { sql: 'create view hidden as select optimize(docs) as o from docs' },
    ],
    refused: ['select * from pragma_optimize(0x10002)', 'select OPTIMIZE(docs) from docs limit 1'],
    refusedOrUndone: ['select * from hidden'],
    state: [
      { sql: `select name from sqlite_schema where name not like '\\_persql%' escape '\\'` },
      { sql: 'select count(*), sum(length(root)) from docs_segdir' },
    ],
  },
  tells: [
    { sql: 'pragma table_info(t)', rows: 3 },
    { sql: 'PRAGMA main.index_list("t");', rows: 1 },
    { sql: 'pragma foreign_keys', rows: 1 },
    // SQLite says that these may write.
    { sql: 'pragma journal_mode', rows: 1 },
    { sql: 'pragma integrity_check(3)', rows: 1 },
  ],
}
