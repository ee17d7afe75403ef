import type { SqlStatement } from '@persql/session-core'
import { EPISODE, MEMORY } from '../../layout/text-index.ts'
import type { MemoryLayout } from '../memory-dialect.ts'
import { createTextIndex, dropFormerIndexes, noteDifferences, noteRows, UNINDEXED } from './fts-index.ts'

const VERSION = 2
const NOT_LAID_OUT = `not exists (select 1 from ctx_layout where version >= ${VERSION})`

/** The tables, without what needs FTS5. */
const createTables = fixed(
  `create table if not exists ctx_memory (
      id TEXT primary key,
      name TEXT not null unique,
      description TEXT not null default '',
      type TEXT not null default 'project',
      body TEXT not null,
      source TEXT,
      created_at INTEGER not null,
      updated_at INTEGER not null
    )`,
  'create index if not exists ctx_memory_updated_at on ctx_memory (updated_at)',
  `create table if not exists ctx_origin (
      memory_id TEXT primary key,
      session_id TEXT not null
    ) without rowid`,
  'create trigger if not exists ctx_origin_ad after delete on ctx_memory begin delete from ctx_origin where memory_id = old.id; end',
  'create trigger if not exists ctx_origin_au after update on ctx_memory begin delete from ctx_origin where memory_id = old.id; end',
  `create table if not exists ctx_episode (
      row INTEGER primary key autoincrement,
      id TEXT not null unique,
      title TEXT not null default '',
      body TEXT not null,
      outcome TEXT,
      session_id TEXT,
      run_id TEXT,
      source TEXT,
      happened_at INTEGER not null,
      first_row INTEGER,
      last_row INTEGER
    )`,
  'create index if not exists ctx_episode_happened_at on ctx_episode (happened_at)',
  'create index if not exists ctx_episode_session on ctx_episode (session_id, last_row)',
  `create table if not exists ctx_working (
      run_id TEXT not null,
      key TEXT not null,
      value TEXT not null,
      expires_at INTEGER not null,
      primary key (run_id, key)
    ) without rowid`,
  'create index if not exists ctx_working_expires_at on ctx_working (expires_at)',
  `create table if not exists ctx_entity (
      id TEXT primary key,
      name TEXT not null,
      created_at INTEGER not null
    ) without rowid`,
  `create table if not exists ctx_edge (
      src TEXT not null references ctx_entity (id) on delete cascade,
      rel TEXT not null,
      dst TEXT not null references ctx_entity (id) on delete cascade,
      source TEXT,
      created_at INTEGER not null,
      primary key (src, rel, dst)
    ) without rowid`,
  'create index if not exists ctx_edge_dst on ctx_edge (dst)',
  `create table if not exists ctx_embedding (
      id TEXT primary key,
      version INTEGER not null,
      vector BLOB not null
    )`,
  'create trigger if not exists ctx_embedding_memory_ad after delete on ctx_memory begin delete from ctx_embedding where id = old.id; end',
  'create trigger if not exists ctx_embedding_episode_ad after delete on ctx_episode begin delete from ctx_embedding where id = old.id; end',
)

/** Each statement does nothing to what exists already. */
export const sqliteLayout: MemoryLayout = {
  tables: { name: 'ctx_memory', create: createTables },

  // What was written before is noted as not indexed.
  createIndexes: fixed(
    UNINDEXED,
    ...createTextIndex(MEMORY),
    ...createTextIndex(EPISODE),
    'create table if not exists ctx_layout (version INTEGER not null)',
    noteRows(MEMORY, NOT_LAID_OUT),
    noteRows(EPISODE, NOT_LAID_OUT),
    `delete from ctx_layout where version < ${VERSION}`,
    `insert into ctx_layout (version) select ${VERSION} where ${NOT_LAID_OUT}`,
    `select 1 from sqlite_master where name in ('ctx_memory_chars', 'ctx_episode_chars')`,
  ),

  dropFormerIndexes: fixed(...dropFormerIndexes(MEMORY), ...dropFormerIndexes(EPISODE)),

  noteDifferences: fixed(...noteDifferences(MEMORY), ...noteDifferences(EPISODE)),
}

function fixed(...texts: readonly string[]): readonly SqlStatement[] {
  return texts.map((text) => ({ sql: text.replace(/\s+/g, ' ') }))
}
