import fc from 'fast-check'

const TABLES = [
  't',
  'secret',
  'child',
  'log',
  'gen',
  'docs',
  'docs_content',
  'docs_segdir',
  'papers',
  'papers_data',
  'papers_content',
  'boxes',
  'boxes_node',
  'words',
  'v_t',
  'v_secret',
  'sqlite_schema',
  'sqlite_temp_schema',
  'sqlite_sequence',
  'sqlite_stat1',
  '_persql_idempotency',
  '_PERSQL_x',
  'dbstat',
  'sqlite_dbpage',
  'sqlite_stmt',
  'json_each',
  'pragma_table_list',
  'pragma_optimize',
  'pragma_table_info',
  'x',
] as const
const PRAGMAS = [
  'table_list',
  'table_info',
  'table_xinfo',
  'index_list',
  'index_info',
  'foreign_key_list',
  'foreign_key_check',
  'integrity_check',
  'quick_check',
  'optimize',
  'query_only',
  'writable_schema',
  'foreign_keys',
  'synchronous',
  'journal_mode',
  'locking_mode',
  'user_version',
  'schema_version',
  'database_list',
  'wal_checkpoint',
  'incremental_vacuum',
  'trusted_schema',
  'recursive_triggers',
  'defer_foreign_keys',
  'case_sensitive_like',
  'ignore_check_constraints',
  'legacy_alter_table',
  'secure_delete',
  'temp_store',
  'mmap_size',
  'analysis_limit',
] as const
const COLUMNS = [
  'id',
  'a',
  'b',
  's',
  'n',
  'text',
  'rowid',
  'sql',
  'name',
  'block',
  'data',
  'docs',
  'papers',
] as const
const FUNCTIONS = [
  'count',
  'max',
  'group_concat',
  'hex',
  'quote',
  'typeof',
  'length',
  'json',
  'json_group_array',
  'optimize',
  'snippet',
  'offsets',
  'matchinfo',
  'highlight',
  'fts3_tokenizer',
  'load_extension',
  'changes',
  'zeroblob',
  'rtreecheck',
  'rtreenode',
  'fts5',
  'sqlite_log',
  'readfile',
] as const

const one = (...texts: readonly string[]) => fc.constantFrom(...texts)
/** Parts one after the other, with a space between. */
const join = (...parts: readonly (string | fc.Arbitrary<string>)[]) =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((texts) => texts.filter((text) => text !== '').join(' '))
const perhaps = (part: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), part)
const list = (part: fc.Arbitrary<string>, maxLength = 3) =>
  fc.array(part, { minLength: 1, maxLength }).map((parts) => parts.join(', '))

const plainName = fc.oneof({ weight: 6, arbitrary: one('t', 'docs', 'secret', 'papers') }, one(...TABLES))
const tableName = fc.oneof(
  { weight: 8, arbitrary: plainName },
  plainName.map((name) => `main.${name}`),
  plainName.map((name) => `temp.${name}`),
  plainName.map((name) => `"${name}"`),
  plainName.map((name) => `[${name.toUpperCase()}]`),
  plainName.map((name) => `'${name}'`),
  plainName.map((name) => `/* ; */ ${name} --'\n`),
)
const literal = one(
  '1',
  '0',
  '-1',
  'null',
  `''`,
  `'a'`,
  `x'00'`,
  '1e999',
  '9223372036854775807',
  `'docs'`,
  '0x10002',
)
const column = one(...COLUMNS)

interface Parts {
  readonly expression: string
  readonly select: string
  readonly source: string
}

const { expression, select, source } = fc.letrec<Parts>(
  (tie: fc.LetrecTypedTie<Parts>): fc.LetrecValue<Parts> => ({
    expression: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'sql' },
      fc.oneof(literal, column),
      join(one(...FUNCTIONS), '(', list(tie('expression'), 2), ')'),
      join('(', tie('select'), 'limit 1 )'),
      join('exists (', tie('select'), ')'),
      join(
        tie('expression'),
        one('=', '<', '||', 'in', 'like', 'match', 'is', '->>', 'collate'),
        tie('expression'),
      ),
      join('case when', tie('expression'), 'then', tie('expression'), 'end'),
      join(one('count(*)', 'max(a)', 'row_number()'), 'over ( order by', tie('expression'), ')'),
    ),
    source: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'sql' },
      { weight: 5, arbitrary: tableName },
      join('(', tie('select'), ')'),
      join(
        one(...PRAGMAS).map((name) => `pragma_${name}`),
        perhaps(join('(', list(literal, 2), ')')),
      ),
      join(
        one('json_each', 'json_tree', 'fts3tokenize', 'generate_series'),
        '(',
        list(tie('expression'), 2),
        ')',
      ),
      join(tie('source'), one('join', 'left join', ',', 'natural join'), tie('source')),
      join(tableName, one('indexed by t_a', 'not indexed', 'as x')),
    ),
    select: fc.oneof(
      { maxDepth: 2, depthIdentifier: 'sql' },
      {
        weight: 5,
        arbitrary: join(
          'select',
          fc.oneof(fc.constant('*'), list(tie('expression'))),
          'from',
          tie('source'),
          perhaps(join('where', tie('expression'))),
        ),
      },
      join('select', list(tie('expression'))),
      join('values (', list(literal), ')'),
      join(tie('select'), one('union', 'union all', 'except', 'intersect'), tie('select')),
      join('with x as (', tie('select'), ')', tie('select')),
      join('select * from', tie('source'), 'order by', tie('expression')),
    ),
  }),
)

const assignments = list(join(column, '=', expression), 2)
const returning = perhaps(join('returning', list(expression)))
/** Of tables that there are, with columns that they have: most of it runs. */
const plainWrite = one(
  'secret s',
  't a',
  'child n',
  'gen a',
  'log n',
  'docs text',
  'papers s',
  'boxes a',
  'v_t a',
  'v_secret s',
  'sqlite_sequence name',
  'docs_content docid',
  'papers_content id',
  '_persql_idempotency key',
  'json_each key',
).chain((target) => {
  const [table = '', name = ''] = target.split(' ')
  return fc.oneof(
    join('insert into', table, `(${name}) values (`, literal, ')', returning),
    join('replace into', table, `(rowid, ${name}) values ( 1,`, literal, ')'),
    join('update', table, 'set', name, '=', fc.oneof(literal, expression), perhaps(one('where rowid = 1'))),
    join('delete from', table, perhaps(one('where rowid = 1', `where ${name} is not null`))),
    join(`insert into ${table} (${name})`, select),
  )
})
const write = fc.oneof(
  { weight: 5, arbitrary: plainWrite },
  join(
    one('insert into', 'replace into', 'insert or ignore into'),
    tableName,
    perhaps(one('(a)', '(id, s)', '(docs)')),
    select,
    returning,
  ),
  join('insert into', tableName, `values (`, list(literal), ') on conflict do update set', assignments),
  join(
    `insert into`,
    one('docs (docs)', 'papers (papers)', 'papers (papers, rank)'),
    'values (',
    list(one(`'optimize'`, `'rebuild'`, `'delete-all'`, '1'), 2),
    ')',
  ),
  join(
    'update',
    tableName,
    'set',
    assignments,
    perhaps(join('from', source)),
    perhaps(join('where', expression)),
    returning,
  ),
  join('delete from', tableName, perhaps(join('where', expression)), returning),
  join(
    'with x as (',
    select,
    ')',
    one('insert into t select * from x', 'delete from secret', 'update t set a = (select s from x)'),
  ),
)
const schema = fc.oneof(
  join(
    one('create table', 'create table if not exists', 'create temp table'),
    tableName,
    one('(a, b)', 'as select * from secret', '(a references secret)'),
  ),
  join(one('create view', 'create temp view'), tableName, 'as', select),
  join(
    one('create index', 'create unique index'),
    one('i', 'secret', '_persql_i'),
    'on',
    tableName,
    '(',
    expression,
    ')',
  ),
  join(
    one('create trigger', 'create temp trigger'),
    one('g', '_persql_g'),
    one('after insert', 'instead of delete', 'before update'),
    'on',
    tableName,
    'begin',
    write,
    '; end',
  ),
  join(
    'create virtual table',
    tableName,
    'using',
    one(
      'fts5(a)',
      'fts4(a)',
      `fts4(content="secret", s)`,
      `fts5(s, content='secret')`,
      'fts5vocab(papers, row)',
      'fts4aux(docs)',
      'rtree(id, a, b)',
      'dbstat',
      'json_each',
      'pragma_table_list',
    ),
  ),
  join('drop', one('table', 'view', 'index', 'trigger'), perhaps(fc.constant('if exists')), tableName),
  join(
    'alter table',
    tableName,
    fc.oneof(
      join('rename to', tableName),
      join('rename column', column, 'to', column),
      join('add column', column, perhaps(literal)),
      join('drop column', column),
    ),
  ),
)
const pragma = join(
  'pragma',
  perhaps(one('main.', 'temp.')),
  one(...PRAGMAS),
  perhaps(
    fc.oneof(join('=', one('0', '1', 'off', 'delete', '5')), join('(', fc.oneof(plainName, literal), ')')),
  ),
)
const other = one(
  'begin',
  'commit',
  'rollback',
  'savepoint s',
  'release s',
  'vacuum',
  `vacuum into 'fuzzed.sqlite'`,
  `attach 'fuzzed.sqlite' as f`,
  `attach ':memory:' as f`,
  'detach main',
  'analyze',
  'analyze secret',
  'reindex',
  'reindex secret',
  '',
  ';',
)

const token = fc.oneof(
  tableName,
  column,
  literal,
  one(...FUNCTIONS),
  one(
    'select',
    'from',
    'where',
    'insert',
    'into',
    'values',
    'update',
    'set',
    'delete',
    'pragma',
    'attach',
    'explain',
  ),
  one(
    '(',
    ')',
    ',',
    ';',
    '*',
    '=',
    '.',
    '--',
    '/*',
    '*/',
    '"',
    `'`,
    '[',
    ']',
    '`',
    '\n',
    'as',
    'union',
    'with',
    'temp',
    '?',
  ),
)
const soup = fc.array(token, { minLength: 1, maxLength: 20 }).map((tokens) => tokens.join(' '))

/** One text of SQL, most of them valid. Nothing in it depends on the time, or on chance. */
export const statement = fc
  .oneof(
    { weight: 5, arbitrary: select },
    { weight: 4, arbitrary: write },
    { weight: 2, arbitrary: schema },
    { weight: 1, arbitrary: pragma },
    { weight: 1, arbitrary: other },
    { weight: 1, arbitrary: join('explain', fc.oneof(select, write, pragma)) },
    { weight: 1, arbitrary: join('explain query plan', fc.oneof(select, write, pragma)) },
    { weight: 2, arbitrary: soup },
  )
  .map((text) => text.slice(0, 5000))
