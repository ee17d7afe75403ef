import { request } from 'node:http'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQL } from '@persql/sdk'
import { ROUTES } from '@persql/sdk/protocol'
import { SessionStore, type SqlDriver, toSqlDriver } from '@persql/session-core'
import { expect, onTestFinished, test } from 'vitest'
import { type ConsoleOptions, consoleFile, startConsole } from '../src/index.ts'

async function start(options: Partial<ConsoleOptions> = {}) {
  const driver = betterSqlite3Driver(':memory:')
  const app = await startConsole({ driver, name: 'test.db', ...options })
  onTestFinished(async () => {
    await app.close()
    await driver.close()
  })
  const { origin, hash } = new URL(app.url)
  return { app, driver, origin, secret: hash.replace('#/open/', '') }
}

async function signIn(origin: string, secret: string): Promise<Response> {
  return fetch(`${origin}/console/sign-in`, { method: 'POST', body: JSON.stringify({ secret }) })
}

async function open(options: Partial<ConsoleOptions> = {}) {
  const started = await start(options)
  const { data } = (await (await signIn(started.origin, started.secret)).json()) as {
    data: { token: string }
  }
  const persql = new PerSQL({ token: data.token, baseURL: started.origin, maxRetries: 0 })
  return { ...started, token: data.token, persql, database: persql.database('local/database') }
}

/** `fetch` does not let a caller choose these headers. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

test('gives a token for the secret of the address, once', async () => {
  const { origin, secret } = await start()
  expect((await signIn(origin, 'wrong')).status).toBe(401)
  const first = await signIn(origin, secret)
  expect(await first.json()).toMatchObject({
    success: true,
    data: { token: expect.stringMatching(/^[\w-]{43}$/) },
  })
  expect((await signIn(origin, secret)).status).toBe(401)
})

test('answers no call without the token, and the secret is none', async () => {
  const { origin, secret } = await start()
  for (const token of [undefined, 'wrong', secret]) {
    const response = await fetch(
      `${origin}/v1/me`,
      token ? { headers: { authorization: `Bearer ${token}` } } : {},
    )
    expect(response.status).toBe(401)
  }
})

test('refuses other names of the host, and other pages', async () => {
  const { origin, token } = await open()
  const authorization = `Bearer ${token}`
  const { host } = new URL(origin)
  const url = `${origin}/v1/me`
  expect(await statusOf(url, { authorization })).toBe(200)
  expect(await statusOf(url, { authorization, host: 'localhost:9' })).toBe(200)
  expect(await statusOf(url, { authorization, host, origin })).toBe(200)
  for (const other of [
    'evil.example',
    `evil.example:${new URL(origin).port}`,
    '127.0.0.1.evil.example',
    '10.0.0.1',
  ]) {
    expect(await statusOf(url, { authorization, host: other })).toBe(403)
    expect(await statusOf(`${origin}/console/`, { host: other })).toBe(403)
  }
  for (const other of ['https://evil.example', 'null', 'http://127.0.0.1:1']) {
    expect(await statusOf(url, { authorization, host, origin: other })).toBe(403)
  }
  const { headers } = await fetch(url, { headers: { authorization } })
  expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
})

test('serves its page and files with a strict policy, and nothing beside them', async () => {
  const { origin } = await start()
  const page = await fetch(`${origin}/`)
  expect(page.url).toBe(`${origin}/console/`)
  const policy = page.headers.get('content-security-policy')
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';")
  expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'")
  expect(policy).not.toContain('unsafe')
  const text = await page.text()
  expect(text).not.toMatch(/<script(?![^>]*src=)|<style|style=|https?:/)
  const [, script = ''] = /src="\.\/(assets\/[^"]+\.js)"/.exec(text) ?? []
  const file = await fetch(`${origin}/console/${script}`)
  expect([file.status, file.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
  for (const path of ['..%2findex.js', '%2e%2e/index.js', 'assets', 'assets/', 'index.js', 'constructor']) {
    expect((await fetch(`${origin}/console/${path}`)).status).toBe(404)
  }
  expect(consoleFile('../index.js')).toBeUndefined()
})

test('binds to this machine only', async () => {
  await expect(start({ host: '0.0.0.0' })).rejects.toThrow(TypeError)
  const { origin } = await start({ host: 'localhost' })
  expect((await fetch(`${origin}/console/`)).status).toBe(200)
})

test('refuses a driver of SQL that it does not speak', async () => {
  const driver: SqlDriver = { dialect: 'mysql', batch: async () => [], close: async () => {} }
  await expect(start({ driver })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})

test('answers columns of one name, and infinite numbers', async () => {
  const { database } = await open()
  const { columns, rows } = await database.query('select 1 as n, 2 as n, 9e999 as r')
  expect([columns, rows]).toEqual([['n', 'n', 'r'], [[1, 2, Number.POSITIVE_INFINITY]]])
})

test('speaks the part of the API that one database needs', async () => {
  const { persql, database } = await open()
  expect(await persql.me()).toMatchObject({ namespaceSlug: 'local', role: 'admin' })
  expect(await persql.databases.list()).toMatchObject([{ slug: 'database', name: 'test.db' }])
  await database.query('create table t (id integer primary key, body text, data blob)')
  const bytes = new Uint8Array([0, 255])
  await database.query('insert into t values (?, ?, ?)', [2n ** 60n, 'é', bytes])
  const { rows, columns } = await database.query('select * from t')
  expect([columns, rows]).toEqual([['id', 'body', 'data'], [[2n ** 60n, 'é', bytes]]])
  expect(await database.tables()).toEqual([{ name: 't', rowCount: 1 }])
  expect((await database.describe()).tables[0]?.columns.map(({ name }) => name)).toEqual([
    'id',
    'body',
    'data',
  ])
  expect((await database.explain('select * from t')).plan[0]?.[3]).toBe('SCAN t')
  expect(await database.validate('select nothing')).toMatchObject({ ok: false })
  expect((await database.schema())[0]?.name).toBe('t')
  await expect(database.query('select * from missing')).rejects.toMatchObject({
    status: 400,
    detail: { kind: 'unknown_table' },
  })
  for (const call of [() => persql.tokens.list(), () => database.branches.list(), () => persql.usage()]) {
    await expect(call()).rejects.toMatchObject({ status: 404 })
  }
})

test('reads and writes sessions as any other database', async () => {
  const { database, driver } = await open()
  const items = [{ role: 'user', content: 'hello', image: new Uint8Array([1, 2]) }]
  await new SessionStore<unknown>(toSqlDriver(database)).append('user-1', items)
  expect(await new SessionStore<unknown>(driver).read('user-1')).toEqual(items)
})

test('changes nothing with what is declared to read', async () => {
  const { database } = await open()
  await database.query('create table t (a)')
  const write = { sql: 'insert into t values (1)' }
  const refused = { status: 400, detail: { kind: 'readonly' } }
  await expect(database.query(write.sql, [], { readOnly: true })).rejects.toMatchObject(refused)
  for (const transaction of [true, false]) {
    const batch = database.batch([{ sql: 'select 1' }, write], { readOnly: true, transaction })
    await expect(batch).rejects.toMatchObject(refused)
  }
  expect((await database.query('select * from t')).rows).toEqual([])
})

test('refuses every write where writing is off for good', async () => {
  const { database, persql, driver } = await open({ readOnly: true })
  await driver.batch([{ sql: 'create table t (a)' }])
  expect((await persql.me()).role).toBe('readonly')
  await driver.batch([{ sql: 'create virtual table docs using fts4 (text)' }])
  for (const text of ['a', 'b']) await driver.batch([{ sql: 'insert into docs values (?)', params: [text] }])
  for (const sql of [
    'insert into t values (1)',
    'drop table t',
    'create table u (a)',
    `attach ':memory:' as other`,
    `vacuum into '/dev/null'`,
    'pragma synchronous = off',
    'select * from pragma_optimize(0x10002)',
    'select optimize(docs) from docs',
  ]) {
    await expect(database.query(sql), sql).rejects.toMatchObject({ status: 403 })
    await expect(database.batch([{ sql }]), sql).rejects.toMatchObject({ status: 403 })
  }
  await expect(database.explain('pragma synchronous = off')).rejects.toMatchObject({ status: 403 })
  expect(await database.validate('pragma synchronous(0)')).toMatchObject({ ok: false })
  expect((await database.query('pragma synchronous')).rows).toEqual([[2]])
  await driver.batch([{ sql: 'drop table docs' }])
  await expect(database.transaction([{ sql: 'delete from t' }, { sql: 'select 1' }])).rejects.toMatchObject({
    status: 403,
  })
  expect(await database.tables()).toEqual([{ name: 't', rowCount: 0 }])
})

test.each([
  ['no JSON', '{'],
  ['null', 'null'],
  ['a list', '[]'],
  ['no sql', '{}'],
  ['sql that is no text', '{"sql":1}'],
  ['params that are no list', '{"sql":"select 1","params":{}}'],
  ['a param that is no value', '{"sql":"select ?","params":[{}]}'],
  ['statements that are no list', '{"statements":1}'],
])('answers 400 to a body of %s', async (_, body) => {
  const { origin, token } = await open()
  for (const { path } of [ROUTES.query, ROUTES.batch, ROUTES.explain]) {
    const url = origin + path.replace(':ns', 'local').replace(':db', 'database')
    const response = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body })
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ success: false }),
    ])
  }
})

test('leaves the driver open, and closes twice', async () => {
  const { app, driver, origin } = await start()
  await app.close()
  await app.close()
  await expect(fetch(origin)).rejects.toThrow()
  expect(await driver.batch([{ sql: 'select 1' }])).toMatchObject([{ rows: [[1]] }])
})
