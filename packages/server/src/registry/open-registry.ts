import { DatabaseSync } from 'node:sqlite'

const LAYOUT = 1

const SCHEMA = `
create table namespaces (
  id text primary key,
  slug text not null unique,
  created_at integer not null
) strict;

create table databases (
  id text primary key,
  namespace_id text not null references namespaces (id),
  slug text not null,
  name text not null,
  file text not null,
  parent_id text references databases (id),
  ref text,
  created_at integer not null,
  forked_at integer,
  expires_at integer,
  deleted_at integer
) strict;
create unique index databases_slug on databases (namespace_id, slug) where deleted_at is null;
create unique index databases_branch on databases (parent_id, ref) where deleted_at is null;
create index databases_former on databases (namespace_id, slug);
create index databases_expiry on databases (expires_at) where deleted_at is null;

create table tokens (
  id text primary key,
  namespace_id text not null references namespaces (id),
  hash blob not null unique,
  name text not null,
  role text not null check (role in ('admin', 'readwrite', 'readonly')),
  table_scope text,
  database_id text references databases (id),
  created_at integer not null,
  expires_at integer,
  revoked_at integer
) strict;
create index tokens_namespace on tokens (namespace_id) where revoked_at is null;

create table usage (
  day text not null,
  database_id text not null,
  token_id text not null,
  requests integer not null,
  rows_read integer not null,
  rows_written integer not null,
  primary key (day, database_id, token_id)
) strict, without rowid;

create table storage (
  day text not null,
  database_id text not null,
  bytes integer not null,
  primary key (day, database_id)
) strict, without rowid;

-- Files of databases that are gone, or are not there yet.
create table trash (file text primary key) strict, without rowid;
`

/**
 * Opens the file that knows namespaces, databases, branches, tokens and usage, and makes it first where it is
 * missing. Others may read it meanwhile, such as a backup.
 */
export function openRegistry(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: true, defensive: true })
  try {
    database.exec('pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = full')
    database.exec('begin immediate')
    const layout = database.prepare('pragma user_version').get()?.['user_version']
    if (layout === 0) database.exec(`${SCHEMA} pragma user_version = ${LAYOUT}`)
    else if (layout !== LAYOUT) {
      throw new Error(
        `The data folder has layout ${layout}, this server reads ${LAYOUT}. Upgrade @persql/server.`,
      )
    }
    database.exec('commit')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Runs work in one transaction. */
export function transact<T>(database: DatabaseSync, work: () => T): T {
  if (database.isTransaction) return work()
  database.exec('begin immediate')
  try {
    const result = work()
    database.exec('commit')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}
