import { expect, test } from 'vitest'
import { startServer } from './support/test-server.ts'

interface Operation {
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } }
  readonly responses: Readonly<Record<string, unknown>>
}
interface Schema {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, unknown>>
}

const JUNK: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  'main',
  'x',
  '../x',
  '\u0000',
  '💥'.repeat(100),
  '9999-99-99T99:99:99Z',
  '2030-01-01T00:00:00Z',
  [],
  [null],
  [[]],
  ['x'],
  {},
  { sql: 'select 1' },
  [{ sql: 'select 1' }],
  { $bytes: 1 },
  { __proto__: null, constructor: 1 },
]
const SEGMENTS = [
  'main',
  'x',
  '..%2f',
  '%00',
  '%F0%9F%92%A5',
  '-',
  '.',
  'a.b',
  'main.x',
  '%25',
  'x'.repeat(300),
]
const VALID: Readonly<Record<string, unknown>> = {
  sql: 'select 1',
  statements: [{ sql: 'select 1' }],
  name: 'n',
  slug: 'fuzzed',
  mode: 'schema',
}

test('answers every call of the OpenAPI document with a status that it names, whatever is sent', async () => {
  const { call, query } = await startServer()
  await query('main', 'create table t (a)')
  const document = (await call('GET', '/api/openapi.json')).body
  const unexpected: string[] = []
  const paths = Object.entries(document.paths as Record<string, Record<string, Operation>>)
  for (const [path, methods] of paths) {
    for (const [method, operation] of Object.entries(methods)) {
      const try_ = async (url: string, body?: unknown) => {
        const { status, body: answer } = await call(method.toUpperCase(), url, body)
        const isKnown = String(status) in operation.responses && status < 500
        // Dots and the like make another route of it.
        if ((isKnown || status === 404) && answer?.success === (status === 200)) return
        unexpected.push(`${operation.operationId} ${url} ${JSON.stringify(body)}: ${status}`)
      }
      const fill = (ns: string, other: string) =>
        path
          .replace('{ns}', ns)
          .replace(/\{(db|slug)\}/, 'main')
          .replace(/\{\w+\}/, other)
      for (const segment of SEGMENTS) await try_(path.replace('{ns}', 'acme').replace(/\{\w+\}/g, segment))
      await try_(fill('other', 'x'))
      for (const body of bodiesOf(operation, document.components.schemas)) await try_(fill('acme', 'x'), body)
      for (const { name, in: place } of operation.parameters ?? []) {
        if (place !== 'query') continue
        for (const value of JUNK) {
          await try_(
            `${fill('acme', 'x')}?${name}=${encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value))}`,
          )
        }
      }
      if (!(await call('GET', '/v1/databases/main')).body.success) {
        await call('POST', '/v1/databases', { name: 'main', slug: 'main' })
      }
    }
  }
  expect(unexpected).toEqual([])
})

/** Valid but for one field, which is every kind of junk in turn; and the junk itself. */
function bodiesOf({ requestBody }: Operation, schemas: Record<string, Schema>): unknown[] {
  const schema = requestBody?.content['application/json'].schema
  if (!schema) return []
  const { properties = {} } = schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema
  const valid = Object.fromEntries(Object.entries(VALID).filter(([name]) => name in properties))
  const fields = Object.keys(properties).flatMap((name) => JUNK.map((value) => ({ ...valid, [name]: value })))
  return [...JUNK.filter((value) => value !== ''), ...fields]
}
