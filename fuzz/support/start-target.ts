import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProcess } from '@persql/test-support/start-process'
import type { Role } from './mutated-requests.ts'

const ADMIN = 'psql_live_the-admin-of-the-fuzzer'
const PROGRAM = join(import.meta.dirname, 'request-target.ts')

/** A running server with a database `main`, its branch `b`, and a token of each role. */
export interface Target {
  readonly port: number
  /** The secret of each role; those of nobody are not valid. */
  readonly tokens: Readonly<Record<Role, string>>
  readonly ids: Readonly<Record<string, string>>
  /** What the server has printed of failures since this was asked last. */
  newFailures(): string
  hasEnded(): boolean
  call(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly data: unknown }>
  /** The statuses of each call in the OpenAPI document, by method and path. */
  statuses(): Promise<ReadonlyMap<string, readonly number[]>>
  /** Whether all that the requests name is there. */
  isWhole(): Promise<boolean>
  /** All that a caller without rights must not change. */
  state(): Promise<unknown>
  stop(): Promise<void>
}

export async function startTarget(): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'persql-fuzz-'))
  const server = startProcess(process.execPath, [PROGRAM, join(folder, 'data'), ADMIN])
  const [, port = ''] = await server.printed(/listening (\d+)\n/)
  let seen = server.output.length
  const call: Target['call'] = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const envelope = (await response.json()) as { data: unknown }
    return { status: response.status, data: envelope.data }
  }
  const sql = async (sql: string) => (await call('POST', '/v1/db/acme/main/query', { sql })).data
  await sql('create table t (a unique)')
  await sql('insert into t values (1)')
  await sql('create table secret (s)')
  await sql(`insert into secret values ('hidden')`)
  await call('PUT', '/v1/db/acme/main/branches/b', {})
  const make = async (fields: object) =>
    (await call('POST', '/v1/tokens', { name: 'fuzzer', ...fields })).data as { id: string; token: string }
  const readonly = await make({ role: 'readonly' })
  const scoped = await make({ role: 'readonly', tableScope: ['t'] })
  const revoked = await make({})
  await call('DELETE', `/v1/tokens/${revoked.id}`)
  return {
    port: Number(port),
    tokens: {
      admin: ADMIN,
      readonly: readonly.token,
      scoped: scoped.token,
      revoked: revoked.token,
      unknown: 'psql_live_unknown-to-everybody',
    },
    ids: { readonly: readonly.id, scoped: scoped.id, revoked: revoked.id },
    newFailures() {
      const failures = server.output.slice(seen)
      seen += failures.length
      return failures
    },
    hasEnded: () => server.child.exitCode !== null || server.child.signalCode !== null,
    call,
    async statuses() {
      const response = await fetch(`http://127.0.0.1:${port}/api/openapi.json`)
      const { paths } = (await response.json()) as {
        paths: Record<string, Record<string, { responses: object }>>
      }
      return new Map(
        Object.entries(paths).flatMap(([path, methods]) =>
          Object.entries(methods).map(
            ([method, { responses }]) =>
              [`${method.toUpperCase()} ${path}`, Object.keys(responses).map(Number)] as const,
          ),
        ),
      )
    },
    async isWhole() {
      const tokens = (await call('GET', '/v1/tokens')).data as readonly { id: string }[]
      const known = tokens.map(({ id }) => id)
      if (!known.includes(readonly.id) || !known.includes(scoped.id)) return false
      if ((await call('GET', '/v1/db/acme/main/branches/b')).status !== 200) return false
      return (await call('POST', '/v1/db/acme/main/query', { sql: 'select 1 from t, secret' })).status === 200
    },
    state: async () => [
      (await call('GET', '/v1/databases')).data,
      (await call('GET', '/v1/db/acme/main/branches')).data,
      (await call('GET', '/v1/tokens')).data,
      ((await sql('select type, name, sql from sqlite_schema order by name')) as { rows: unknown }).rows,
      ((await sql('select a from t order by a')) as { rows: unknown }).rows,
      ((await sql('select s from secret')) as { rows: unknown }).rows,
    ],
    async stop() {
      await server.stop('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
