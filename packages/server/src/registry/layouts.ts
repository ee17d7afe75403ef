/**
 * What brings the registry from one layout to the next, the first one from nothing. Never edited, because there are
 * data folders of each: a change is one more at the end.
 */
export const LAYOUTS: readonly string[] = [
  `create table namespaces (
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
`,
  `
-- Which version of the server made each layout. Later layouts keep it, so that earlier servers can tell.
create table layouts (
  layout integer primary key,
  server text not null
) strict;

-- What each address stands for, for ever: a slug, or the slug of a parent, a dot and a ref.
create table addresses (
  namespace_id text not null references namespaces (id),
  address text not null,
  meaning text not null,
  primary key (namespace_id, address)
) strict, without rowid;
create index addresses_meaning on addresses (namespace_id, meaning);

insert or ignore into addresses
select namespace_id, address, meaning from (
  select d.namespace_id, d.slug as address, ifnull(p.slug || '.' || d.ref, d.slug) as meaning,
    d.deleted_at is not null as is_gone, 0 as is_other, d.rowid as age
  from databases d left join databases p on p.id = d.parent_id
  union all
  select d.namespace_id, p.slug || '-' || d.ref, p.slug || '.' || d.ref,
    d.deleted_at is not null, 1, d.rowid
  from databases d join databases p on p.id = d.parent_id
  where instr(d.ref, '.') = 0
) order by is_gone, is_other, age desc;
`,
]
