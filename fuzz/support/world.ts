import { hash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createServer } from '@persql/server'

/** Whose statements are tried. Each has databases of its own, two where nothing of what differs in them may be seen. */
export const CALLERS = ['reader', 'scoped reader', 'scoped writer', 'writer', 'admin'] as const
export type Caller = (typeof CALLERS)[number]

type Call = 'query' | 'batch' | 'transaction' | 'explain' | 'validate'

interface Role {
  readonly token: object
  readonly databases: readonly string[]
  /** What may change; of `schema`, that the statements of the schema may. */
  changes(table: string): boolean
}

const SCOPE = ['t', 'docs', 'v_secret', 'child', 'pragma_table_list', 'x']
const isOfScope = (table: string) => /^(?:t|docs|docs_\w+|child)$/.test(table)
const isOfServer = (table: string) => table.startsWith('_persql_')

const ROLES: Readonly<Record<Caller, Role>> = {
  reader: { token: { role: 'readonly' }, databases: ['reader'], changes: () => false },
  'scoped reader': {
    token: { role: 'readonly', tableScope: SCOPE },
    databases: ['seen-a', 'seen-b'],
    changes: () => false,
  },
  'scoped writer': {
    token: { role: 'readwrite', tableScope: SCOPE },
    databases: ['kept-a', 'kept-b'],
    changes: isOfScope,
  },
  writer: {
    token: { role: 'readwrite' },
    databases: ['writer'],
    changes: (table) => table !== 'schema' && !isOfServer(table),
  },
  admin: { token: { role: 'admin' }, databases: ['admin'], changes: (table) => !isOfServer(table) },
}

/** `secret` is as long in every database. */
const schemaWith = (secret: string) => [
  'create table secret (id integer primary key, s text)',
  `insert into secret values (1, '${secret}'), (2, 'other ${secret}')`,
  'create table t (id integer primary key, a, b)',
  'create index t_a on t (a)',
  `insert into t values (1, 'a', 1), (2, 'b', 2)`,
  'create table child (id integer primary key, n references secret (id) on delete cascade on update cascade)',
  'create table log (n)',
  'create table gen (a, b as (a || 1), c as (b || 1) stored)',
  `insert into gen values ('${secret}')`,
  `create virtual table docs using fts4 (text)`,
  `insert into docs values ('a')`,
  `insert into docs values ('b')`,
  `create virtual table papers using fts5 (s)`,
  `insert into papers values ('${secret}')`,
  'create virtual table words using fts5vocab (papers, instance)',
  'create virtual table boxes using rtree (id, a, b)',
  'create view v_t as select * from t',
  'create view v_secret as select * from secret',
  'create trigger t_log after insert on t begin insert into log select s from secret; end',
  'create trigger v_t_gone instead of delete on v_t begin delete from secret; end',
  `create view pragma_table_list as select 'main' as schema, 'secret' as name, 'shadow' as type`,
  'create table json_each (key, value)',
]
const SECRETS = ['canary-0918273645', 'parrot-1029384756']

const ROWS = 200

interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers.
  readonly body: any
}

export interface World {
  /** Sends the same to all databases of a caller. */
  send(
    caller: Caller,
    call: Call,
    statements: readonly string[],
    readOnly: boolean,
  ): Promise<readonly Answer[]>
  /** What the answers show, and the databases hold, that they must not; empty where all is well. */
  findings(caller: Caller, readOnly: boolean, answers: readonly Answer[]): Promise<string[]>
  close(): Promise<void>
}

/** A server with a token and databases for each caller. */
export async function startWorld(): Promise<World> {
  const data = mkdtempSync(join(tmpdir(), 'persql-fuzz-'))
  const server = await createServer({
    data,
    port: 0,
    namespace: 'acme',
    sweepInterval: 0,
    limits: {
      statementMs: 1000,
      resultRows: 20_000,
      databaseBytes: 8 * 1024 * 1024,
      valueBytes: 1024 * 1024,
    },
  })
  const admin = server.adminToken ?? ''
  const files = join(data, 'databases')

  async function call(path: string, body: unknown, token = admin, headers = {}): Promise<Answer> {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  }

  async function make(slug: string, secret: string): Promise<Watched> {
    const known = new Set(readdirSync(files))
    for (const sql of schemaWith(secret)) {
      const { status, body } = await call(`/v1/db/acme/${slug}/query`, { sql })
      if (status !== 200) throw new Error(`${sql}: ${body.error}`)
    }
    const keyed = { sql: `insert into log values (1)` }
    await call(`/v1/db/acme/${slug}/query`, keyed, admin, { 'idempotency-key': 'hidden' })
    await call(`/v1/db/acme/${slug}/query`, { sql: 'delete from log' })
    const file = readdirSync(files).find((name) => name.endsWith('.sqlite') && !known.has(name)) ?? ''
    return new Watched(slug, join(files, file))
  }

  const tokens = new Map<Caller, string>()
  const watched = new Map<Caller, Watched[]>()
  for (const caller of CALLERS) {
    const { token, databases } = ROLES[caller]
    tokens.set(caller, (await call('/v1/tokens', { name: caller, ...token })).body.data.token)
    const made: Watched[] = []
    for (const [index, slug] of databases.entries()) made.push(await make(slug, SECRETS[index] ?? ''))
    watched.set(caller, made)
  }

  return {
    async send(caller, kind, statements, readOnly) {
      const answers: Answer[] = []
      for (const slug of ROLES[caller].databases) {
        const path = `/v1/db/acme/${slug}/${kind === 'transaction' ? 'batch' : kind}`
        const isBatch = kind === 'batch' || kind === 'transaction'
        const body = isBatch
          ? { statements: statements.map((sql) => ({ sql })), transaction: kind === 'transaction', readOnly }
          : { sql: statements[0], ...(kind === 'query' && { readOnly }) }
        answers.push(await call(path, body, tokens.get(caller)))
      }
      return answers
    },

    async findings(caller, readOnly, answers) {
      const { changes, databases } = ROLES[caller]
      const found: string[] = []
      for (const [index, { status, body }] of answers.entries()) {
        const database = watched.get(caller)?.[index] as Watched
        if (status >= 500 && ![503, 504, 507].includes(status)) found.push(`status ${status}`)
        const text = JSON.stringify(body)
        if (text.includes(data)) found.push('shows a path')
        if (databases.length > 1 && /canary|parrot|63616E617279|706172726F74/.test(text))
          found.push('shows a secret')
        const changed = database.changed()
        for (const table of changed) {
          if (readOnly || !changes(table)) found.push(`changed ${table} of ${database.slug}`)
        }
        const isOfRows = changed.some((table) => table !== 'schema')
        if (isOfRows && caller !== 'admin' && body.success && !(body.meta.rowsWritten > 0))
          found.push('not metered')
        if (changed.length > 0 && caller !== 'admin') await tidy(database)
        if (changed.includes('schema') && caller === 'admin') await renew(database)
      }
      const [first, second] = answers
      if (first && second && comparable(first) !== comparable(second)) {
        found.push(`tells them apart: ${comparable(first)} ${comparable(second)}`)
      }
      return found
    },

    async close() {
      await server.close()
      rmSync(data, { recursive: true, force: true })
    },
  }

  /** Keeps databases small, so that each input takes as long as the first. */
  async function tidy({ slug, rowsOf, accept }: Watched) {
    for (const table of ['t', 'docs', 'child', 'log']) {
      if (rowsOf(table) > ROWS) await call(`/v1/db/acme/${slug}/query`, { sql: `delete from ${table}` })
    }
    accept()
  }

  /** What an admin has broken is made again. */
  async function renew(database: Watched) {
    if (database.isWhole()) return
    const { slug } = database
    await fetch(`${server.url}/v1/databases/${slug}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${admin}` },
    })
    database.close()
    await call('/v1/databases', { name: slug, slug })
    watched.set('admin', [await make(slug, SECRETS[0] ?? '')])
  }
}

/**
 * Without what differs from call to call: what a call took, and which of several faults in one statement SQLite has
 * named last, where it does not say of what kind that is.
 */
function comparable({ status, body }: Answer): string {
  if (body.errorDetail?.kind === 'unknown') return JSON.stringify([status, 'unknown'])
  return JSON.stringify([status, { ...body, meta: undefined }])
}

/** A database, read from its file. */
class Watched {
  readonly slug: string
  readonly #database: DatabaseSync
  #version: unknown
  #digests: ReadonlyMap<string, string> = new Map()

  constructor(slug: string, file: string) {
    this.slug = slug
    this.#database = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
    this.accept()
  }

  /** The tables whose rows are not what they were, and `schema`. What is found is the state from then on. */
  changed(): string[] {
    const version = this.#database.prepare('pragma data_version').get()?.['data_version']
    if (version === this.#version) return []
    const before = this.#digests
    this.accept()
    const names = new Set([...before.keys(), ...this.#digests.keys()])
    return [...names].filter((name) => before.get(name) !== this.#digests.get(name))
  }

  readonly accept = (): void => {
    this.#version = this.#database.prepare('pragma data_version').get()?.['data_version']
    const schema = this.#database
      .prepare('select type, name, sql from main.sqlite_schema order by name')
      .all()
    const digests = new Map([['schema', digest(schema)]])
    for (const { type, name, sql } of schema) {
      if (type !== 'table' || /^create virtual/i.test(String(sql))) continue
      const rows = this.#database.prepare(`select * from main."${name}"`)
      rows.setReadBigInts(true)
      digests.set(String(name), digest(rows.all()))
    }
    this.#digests = digests
  }

  readonly rowsOf = (table: string): number => {
    const sql = `select count(*) as n from main."${table}"`
    return Number(this.#database.prepare(sql).get()?.['n'])
  }

  isWhole(): boolean {
    const sql = `select count(*) as n from main.sqlite_schema where name in ('t', 'secret', 'docs', 'papers', 'log', 'child')`
    return this.#database.prepare(sql).get()?.['n'] === 6
  }

  close(): void {
    this.#database.close()
  }
}

function digest(rows: unknown): string {
  const text = JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value))
  return hash('sha256', text)
}
