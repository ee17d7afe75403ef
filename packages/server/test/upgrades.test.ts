import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { startServer } from './support/test-server.ts'

const TOKEN = 'psql_live_layout-one'
const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')
const keyed = { token: TOKEN, headers: { 'idempotency-key': 'kept' } }
const INSERT = 'insert into t values (1)'
/** As it is written: the same call as the one that was recorded. */
const RECORDED = `{"sql":"${INSERT}"}`

/** A data folder as a former version left it, with what its database `main` holds. */
function formerFolder(records?: string): { data: string; main: string } {
  const data = temporaryFolder()
  mkdirSync(join(data, 'databases'))
  write(join(data, 'registry.sqlite'), fixture('registry-1.sql'))
  const main = join(data, 'databases', 'data_main.sqlite')
  if (records !== undefined) write(main, records)
  return { data, main }
}

function write(file: string, sql: string): void {
  const database = new DatabaseSync(file, { defensive: false })
  database.exec(`pragma journal_mode = wal; ${sql}`)
  database.close()
}

function read(file: string, sql: string): unknown[] {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return database.prepare(sql).all().flatMap(Object.values)
  } finally {
    database.close()
  }
}

const TABLES = `select name from sqlite_schema where type = 'table' order by name`
const CURRENT = ['sqlite_persql_idempotency_2', 't']

test.each(readdirSync(join(import.meta.dirname, 'fixtures')).filter((name) => name.startsWith('records-1-')))(
  'applies nothing twice that is repeated after an upgrade from %s',
  async (name) => {
    const { data, main } = formerFolder(fixture(name))
    const { query, call, server } = await startServer({ data })
    const again = await call('POST', '/v1/db/acme/main/query', RECORDED, keyed)
    expect([again.status, again.body.data.lastInsertRowid]).toEqual([200, 1])
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect((await query('main', 'insert into t values (2)', [], keyed)).status).toBe(409)
    const options = { token: TOKEN, headers: { 'idempotency-key': 'new' } }
    for (const replayed of [null, 'true']) {
      const { status, headers } = await query('main', INSERT, [], options)
      expect([status, headers.get('idempotency-replayed')]).toEqual([200, replayed])
    }
    expect((await query('main', 'create table u (a)', [], { token: TOKEN })).status).toBe(200)
    expect((await query('main', 'select a from t', [], { token: TOKEN })).body.data.rows).toEqual([[1], [1]])
    await server.close()
    expect(read(main, TABLES)).toEqual([...CURRENT, 'u'])
    expect(read(main, 'pragma integrity_check')).toEqual(['ok'])
  },
)

test('brings a database up to date for whoever opens it, such as a reader or a branch', async () => {
  const { data, main } = formerFolder(fixture('records-1-1.sql'))
  const { call, query, server } = await startServer({ data })
  const { body } = await call('POST', '/v1/tokens', { name: 'x', role: 'readonly' }, { token: TOKEN })
  const { status } = await query('main', 'select a from t', [], { token: body.data.token })
  expect(status).toBe(200)
  await server.close()
  expect(read(main, TABLES)).toEqual(CURRENT)
})

test('brings records together that an earlier version has added beside those of this one', async () => {
  const { data, main } = formerFolder(`${fixture('records-1-5.sql')} pragma writable_schema = on;
    create table sqlite_persql_idempotency_2 (id integer primary key, key text not null unique,
      request blob not null, created_at integer not null, status integer not null, reply text not null);
    insert into sqlite_persql_idempotency_2 values (1, 'other', x'00', 1772366400000, 200, '{}')`)
  const { call, server } = await startServer({ data })
  const again = await call('POST', '/v1/db/acme/main/query', RECORDED, keyed)
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
  await server.close()
  expect(read(main, 'select count(*) from sqlite_persql_idempotency_2')).toEqual([2])
  expect(read(main, TABLES)).toEqual(CURRENT)
})

test('upgrades a database whose schema is broken elsewhere', async () => {
  const broken =
    'create view v as select * from gone; create trigger g after insert on t begin select * from gone; end;'
  for (const name of ['records-1-1.sql', 'records-1-5.sql']) {
    const { data } = formerFolder(fixture(name) + broken)
    const { call } = await startServer({ data })
    const again = await call('POST', '/v1/db/acme/main/query', RECORDED, keyed)
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
  }
})

test('loses no record where the process is killed in the middle of an upgrade', async () => {
  const many = `insert into _persql_idempotency (key, request, created_at, reply)
    with recursive n (i) as (select 1 union all select i + 1 from n where i < 60000)
    select printf('%022d', i), zeroblob(32), 1772366400000, hex(zeroblob(200)) from n;`
  const { data, main } = formerFolder(fixture('records-1-1.sql') + many)
  const { call, query, server } = await startServer({ data, workers: { min: 1, max: 1 } })
  const send = () => call('POST', '/v1/db/acme/main/query', RECORDED, keyed)
  const first = send()
  // The transaction has outgrown the memory for it, and is on the disk in part.
  while ((statSync(`${main}-wal`, { throwIfNoEntry: false })?.size ?? 0) < 1_000_000) {
    await query('a', 'select 1', [], { token: 'psql_live_unknown' })
  }
  for (const pid of server.workers) process.kill(pid, 'SIGKILL')
  expect((await first).status).toBe(503)
  let again = await send()
  while (again.status === 503) again = await send()
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
  await server.close()
  expect(read(main, 'select count(*) from sqlite_persql_idempotency_2')).toEqual([60_001])
  expect(read(main, TABLES)).toEqual(CURRENT)
})

test('reads and empties a database that has no room for an upgrade, and upgrades it then', async () => {
  const filling = `insert into t select randomblob(3000) from (with recursive n (i) as
    (select 1 union all select i + 1 from n where i < 100) select i from n);`
  const { data, main } = formerFolder(`${fixture('records-1-4.sql')} ${filling}`)
  const { call, query, server } = await startServer({ data, limits: { databaseBytes: statSync(main).size } })
  const options = { token: TOKEN }
  expect((await query('main', 'select count(*) from t', [], options)).body.data.rows).toEqual([[101]])
  const keyedWrite = await query('main', INSERT, [], keyed)
  expect([keyedWrite.status, keyedWrite.body.errorDetail.kind]).toEqual([507, 'disk_full'])
  expect((await query('main', 'select * from _persql_idempotency', [], options)).status).toBe(403)
  expect((await query('main', 'create view v as select a from t', [], options)).status).toBe(200)
  expect((await query('main', 'delete from t where length(a) > 1', [], options)).status).toBe(200)
  const again = await call('POST', '/v1/db/acme/main/query', RECORDED, keyed)
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
  await server.close()
  expect(read(main, TABLES)).toEqual(CURRENT)
})

test('refuses a database that a later version has used, and says so, and no other one', async () => {
  const later = 'pragma writable_schema = on; create table sqlite_persql_idempotency_3 (a)'
  const { data } = formerFolder(later)
  const { query, call } = await startServer({ data })
  const { status, body } = await query('main', 'select 1', [], { token: TOKEN })
  expect([status, body.error]).toEqual([
    500,
    'A later version of @persql/server has used this database: its idempotency keys have layout 3, and this version reads layouts up to 2. Upgrade @persql/server.',
  ])
  expect((await call('GET', '/v1/db/acme/main/tables', undefined, { token: TOKEN })).status).toBe(500)
  expect((await query('a', 'select 1', [], { token: TOKEN })).status).toBe(200)
})

test('brings a registry up to date, and keeps all that it knows', async () => {
  const { data } = formerFolder()
  const { call, query, server } = await startServer({ data })
  const get = async (path: string) => (await call('GET', path, undefined, { token: TOKEN })).body.data
  const slugs = (rows: { slug: string }[]) => rows.map(({ slug }) => slug)
  expect(slugs(await get('/v1/databases'))).toEqual(['main', 'a', 'a-b'])
  expect(slugs(await get('/v1/db/acme/a/branches'))).toEqual(['a-b-c-0123456789', 'a-x'])
  expect(await get('/v1/usage?to=2026-03-01')).toMatchObject([
    { database: 'main', requests: 3, bytesStored: 4096 },
  ])
  expect(await get('/v1/tokens')).toMatchObject([{ id: 'tok_1', name: 'first' }])
  const found = async (address: string) => (await get(`/v1/databases/${address}`))?.id
  expect(await found('a-x')).toBe('db_x')
  expect(await found('a.x')).toBe('db_x')
  expect(await found('a.b-c')).toBe('db_b_c')
  expect(await found('a-b-c-0123456789')).toBe('db_b_c')
  // It was the address of that branch in the version before, too.
  expect(await found('a-b-c')).toBe('db_b_c')
  for (const slug of ['gone', 'a-y']) {
    expect((await query(slug, 'select 1', [], { token: TOKEN })).status).toBe(404)
  }
  const create = (slug: string) => call('POST', '/v1/databases', { name: 'x', slug }, { token: TOKEN })
  expect((await create('gone')).status).toBe(200)
  expect((await create('a-y')).status).toBe(409)
  await server.close()
  expect(read(join(data, 'registry.sqlite'), 'pragma user_version')).toEqual([2])
  expect(read(join(data, 'registry.sqlite'), 'pragma foreign_key_check')).toEqual([])
})

test('leaves a registry as it was where its upgrade fails, and finishes it the next time', async () => {
  const { data } = formerFolder()
  const file = join(data, 'registry.sqlite')
  write(file, 'create index addresses_meaning on tokens (name)')
  await expect(startServer({ data })).rejects.toThrow('addresses_meaning')
  expect(read(file, 'pragma user_version')).toEqual([1])
  expect(read(file, TABLES)).not.toContain('addresses')
  write(file, 'drop index addresses_meaning')
  const { call } = await startServer({ data })
  expect((await call('GET', '/v1/databases/main', undefined, { token: TOKEN })).status).toBe(200)
})

test('refuses a data folder of a later layout, and says which version made it', async () => {
  const first = await startServer()
  await first.server.close()
  const file = join(first.data, 'registry.sqlite')
  write(file, `insert into layouts values (3, '7.1.0'); pragma user_version = 3`)
  await expect(startServer({ data: first.data })).rejects.toThrow(
    /^The data folder has layout 3, made by @persql\/server 7\.1\.0\. This is @persql\/server \d+\.\d+\.\d+, which reads layouts up to 2\./,
  )
})

test('refuses a registry that is not its own, and does not touch it', async () => {
  const data = temporaryFolder()
  const file = join(data, 'registry.sqlite')
  write(file, 'create table theirs (a)')
  await expect(startServer({ data })).rejects.toThrow(
    '"registry.sqlite" in the data folder is not one of this',
  )
  expect(read(file, TABLES)).toEqual(['theirs'])
})
