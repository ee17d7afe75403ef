import { compileStatement, param, type SqlStatement, type SqlValue } from '@persql/session-core'
import { type RawBuilder, sql } from 'kysely'
import { compilable } from '../dialects/compilable.ts'
import { perDialect } from '../dialects/per-dialect.ts'

type Params = Readonly<Record<string, SqlValue>>
type Bind = (params: Params) => SqlStatement
type Type = 'text' | 'integer' | 'bytes'
type Columns = Readonly<Record<string, Type>>

/** How the rows of one kind are read and written. All statements take the values of a row by their columns. */
export interface RawKind {
  /** The columns of the rows that {@link read} and {@link find} give, in order. */
  readonly columns: readonly string[]
  /** The columns that tell where {@link read} goes on, and the values before all rows. */
  readonly start: Params
  /** Whether two rows are the same is told by these columns, and by a vector where the source has one. */
  readonly compared: readonly string[]
  /** Takes `limit` and `now` as well. */
  readonly read: Bind
  /** The row of this key. */
  readonly find: Bind
  /** Puts a row there that is missing, or newer than what is there. A result that has rows says that it wrote. */
  readonly write: readonly Bind[]
  /** Puts a row there, whatever is there. */
  readonly overwrite: readonly Bind[]
}

// biome-ignore format: a table
const FACT: Columns = {
  id: 'text', name: 'text', description: 'text', type: 'text', body: 'text', source: 'text',
  created_at: 'integer', updated_at: 'integer',
}
// biome-ignore format: a table
const EPISODE: Columns = {
  id: 'text', title: 'text', body: 'text', outcome: 'text', session_id: 'text', run_id: 'text', source: 'text',
  happened_at: 'integer', first_row: 'integer', last_row: 'integer',
}
const ENTITY: Columns = { id: 'text', name: 'text', created_at: 'integer' }
const LINK: Columns = { src: 'text', rel: 'text', dst: 'text', source: 'text', created_at: 'integer' }
const WORKING: Columns = { run_id: 'text', key: 'text', value: 'text', expires_at: 'integer' }

const BEFORE_ALL_ROWS = { row: Number.MIN_SAFE_INTEGER }
const EPISODE_ROWS = ['first_row', 'last_row']

/** The statements for memories as they are stored; compiled once. */
export const rawMemoryStatements = perDialect((dialect) => {
  const bind = (query: RawBuilder<unknown>) => compileStatement<Params>(compilable(query, dialect.name))
  const given = (name: string, type: Type) => dialect.typed(param(name), type)
  const refs = (columns: readonly string[], table?: string) =>
    sql.join(columns.map((column) => sql.ref(table ? `${table}.${column}` : column)))
  const all = (conditions: readonly RawBuilder<unknown>[]) => sql`(${sql.join(conditions, sql` and `)})`
  const any = (conditions: readonly RawBuilder<unknown>[]) => sql`(${sql.join(conditions, sql` or `)})`
  const isGiven = (columns: Columns, names: readonly string[], table?: string) =>
    all(
      names.map(
        (name) => sql`${sql.ref(table ? `${table}.${name}` : name)} = ${given(name, columns[name]!)}`,
      ),
    )

  /** `when` sees the row that is there by the name of the table, and the other one as `excluded`. */
  function put(
    table: string,
    columns: Columns,
    given_: {
      key: readonly string[]
      unless?: RawBuilder<unknown>
      set?: RawBuilder<unknown>
      when?: RawBuilder<unknown>
    },
  ): Bind {
    const { key, unless = sql`true`, set, when } = given_
    const names = Object.keys(columns)
    const values = sql.join(names.map((name) => given(name, columns[name]!)))
    const change = set ? sql`do update set ${set} where ${when}` : sql`do nothing`
    return bind(
      sql`insert into ${sql.table(table)} (${refs(names)}) select ${values} where ${unless}
        on conflict (${refs(key)}) ${change} returning 1 as written`,
    )
  }

  const setAll = (names: readonly string[]) =>
    sql.join(names.map((name) => sql`${sql.ref(name)} = ${sql.ref(`excluded.${name}`)}`))
  const differ = (table: string, names: readonly string[]) =>
    any(
      names.map(
        (name) => sql`${sql.ref(`${table}.${name}`)} is distinct from ${sql.ref(`excluded.${name}`)}`,
      ),
    )

  /** Reads pages in the order of the key, whose texts are not empty. */
  function byKey(
    table: string,
    columns: Columns,
    key: readonly string[],
    where: RawBuilder<unknown> = sql`true`,
  ) {
    const names = Object.keys(columns)
    const after = sql.join(key.map((name) => given(name, columns[name]!)))
    const from = sql`select ${refs(names)} from ${sql.table(table)}`
    return {
      columns: names,
      start: Object.fromEntries(key.map((name) => [name, ''])),
      read: bind(
        sql`${from} where (${refs(key)}) > (${after}) and ${where} order by ${refs(key)} limit ${param('limit')}`,
      ),
      find: bind(sql`${from} where ${isGiven(columns, key)}`),
    }
  }

  /** Keeps the vector of what is there now, if it is what was given. */
  const keepVector = (from: string, columns: Columns, same: readonly string[]) =>
    bind(
      sql`insert into ctx_embedding (id, version, vector)
        select id, ${given('version', 'integer')}, ${given('vector', 'bytes')} from ${sql.table(from)}
        where ${isGiven(columns, same)} and ${given('vector', 'bytes')} is not null
        on conflict (id) do update set ${setAll(['version', 'vector'])}
        where ${differ('ctx_embedding', ['version', 'vector'])} returning 1 as written`,
    )

  const isFact = isGiven(FACT, ['id', 'name', 'body', 'updated_at'])
  const factParts = [
    bind(
      sql`delete from ctx_origin where memory_id = ${given('id', 'text')} and ${given('session_id', 'text')} is null
        and exists (select 1 from ctx_memory where ${isFact}) returning 1 as written`,
    ),
    bind(
      sql`insert into ctx_origin (memory_id, session_id)
        select id, ${given('session_id', 'text')} from ctx_memory
        where ${isFact} and ${given('session_id', 'text')} is not null
        on conflict (memory_id) do update set session_id = excluded.session_id
        where ctx_origin.session_id <> excluded.session_id returning 1 as written`,
    ),
    keepVector('ctx_memory', FACT, ['id', 'name', 'body', 'updated_at']),
  ]
  const hasOtherName = sql`${sql.ref('id')} = ${given('id', 'text')} and ${sql.ref('name')} <> ${given('name', 'text')}`
  const hasOtherId = sql`${sql.ref('name')} = ${given('name', 'text')} and ${sql.ref('id')} <> ${given('id', 'text')}`
  const factNames = Object.keys(FACT)
  const fromFacts = sql`select m.rowid as ${sql.ref('row')}, m.id, m.name, coalesce(m.description, ''), coalesce(m.type, 'project'),
      m.body, m.source, coalesce(m.created_at, m.updated_at, 0), coalesce(m.updated_at, m.created_at, 0),
      o.session_id, e.version, e.vector
    from ctx_memory as m left join ctx_origin as o on o.memory_id = m.id left join ctx_embedding as e on e.id = m.id`
  const facts: RawKind = {
    columns: ['row', ...factNames, 'session_id', 'version', 'vector'],
    start: BEFORE_ALL_ROWS,
    compared: [...factNames, 'session_id'],
    read: bind(
      sql`${fromFacts} where m.rowid > ${given('row', 'integer')} order by m.rowid limit ${param('limit')}`,
    ),
    find: bind(sql`${fromFacts} where m.name = ${given('name', 'text')}`),
    write: [
      put('ctx_memory', FACT, {
        key: ['name'],
        unless: sql`not exists (select 1 from ctx_memory where ${hasOtherName})`,
        set: setAll(factNames),
        when: sql`ctx_memory.id = excluded.id and ctx_memory.updated_at < excluded.updated_at`,
      }),
      ...factParts,
    ],
    overwrite: [
      bind(sql`delete from ctx_memory where (${hasOtherName}) or (${hasOtherId}) returning 1 as written`),
      put('ctx_memory', FACT, {
        key: ['name'],
        set: setAll(factNames),
        when: differ('ctx_memory', factNames),
      }),
      ...factParts,
    ],
  }

  const told = Object.keys(EPISODE).filter((name) => !EPISODE_ROWS.includes(name))
  const otherRows = sql`excluded.last_row is not null and ${differ('ctx_episode', EPISODE_ROWS)}`
  const newRows = sql.join(
    EPISODE_ROWS.map(
      (name) =>
        sql`${sql.ref(name)} = coalesce(${sql.ref(`excluded.${name}`)}, ${sql.ref(`ctx_episode.${name}`)})`,
    ),
  )
  const episodeVector = keepVector('ctx_episode', EPISODE, ['id', 'title', 'body'])
  const fromEpisodes = sql`select p.row, ${refs(Object.keys(EPISODE), 'p')}, e.version, e.vector
    from ctx_episode as p left join ctx_embedding as e on e.id = p.id`
  const episodes: RawKind = {
    columns: ['row', ...Object.keys(EPISODE), 'version', 'vector'],
    start: BEFORE_ALL_ROWS,
    compared: told,
    read: bind(
      sql`${fromEpisodes} where p.row > ${given('row', 'integer')} order by p.row limit ${param('limit')}`,
    ),
    find: bind(sql`${fromEpisodes} where p.id = ${given('id', 'text')}`),
    write: [
      put('ctx_episode', EPISODE, {
        key: ['id'],
        set: newRows,
        when: sql`not ${differ('ctx_episode', told)} and ${otherRows}`,
      }),
      episodeVector,
    ],
    overwrite: [
      put('ctx_episode', EPISODE, {
        key: ['id'],
        set: sql`${setAll(told)}, ${newRows}`,
        when: sql`${differ('ctx_episode', told)} or (${otherRows})`,
      }),
      episodeVector,
    ],
  }

  const putEntity = [put('ctx_entity', ENTITY, { key: ['id'] })]
  const entities: RawKind = {
    ...byKey('ctx_entity', ENTITY, ['id']),
    compared: ['id'],
    write: putEntity,
    overwrite: putEntity,
  }

  const exists = (id: string) => sql`exists (select 1 from ctx_entity where id = ${given(id, 'text')})`
  const linkKey = ['src', 'rel', 'dst']
  const putLink = [put('ctx_edge', LINK, { key: linkKey, unless: all([exists('src'), exists('dst')]) })]
  const links: RawKind = {
    ...byKey('ctx_edge', LINK, linkKey),
    compared: linkKey,
    write: putLink,
    overwrite: putLink,
  }

  const workingKey = ['run_id', 'key']
  const workingSet = ['value', 'expires_at']
  const putWorking = (when: RawBuilder<unknown>) => [
    put('ctx_working', WORKING, { key: workingKey, set: setAll(workingSet), when }),
  ]
  const working: RawKind = {
    ...byKey('ctx_working', WORKING, workingKey, sql`expires_at > ${given('now', 'integer')}`),
    compared: Object.keys(WORKING),
    write: putWorking(sql`ctx_working.expires_at < excluded.expires_at`),
    overwrite: putWorking(differ('ctx_working', workingSet)),
  }

  const count = (table: string, where: RawBuilder<unknown> = sql`true`) =>
    bind(sql`select count(*) from ${sql.table(table)} where ${where}`)
  return {
    kinds: { facts, episodes, entities, links, working },
    counts: {
      facts: count('ctx_memory'),
      episodes: count('ctx_episode'),
      entities: count('ctx_entity'),
      links: count('ctx_edge'),
      working: count('ctx_working', sql`expires_at > ${given('now', 'integer')}`),
    },
  }
})
