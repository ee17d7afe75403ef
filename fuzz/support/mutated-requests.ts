import fc from 'fast-check'

/** Who asks: only `admin` may change something. */
export type Role = 'admin' | 'readonly' | 'scoped' | 'revoked' | 'unknown'

/** A request before it is made bytes of. */
export interface MutatedRequest {
  /** As in the OpenAPI document, or a path of its own. */
  readonly route: string
  readonly method: string
  /** Values of the parameters in the path, in their order. */
  readonly segments: readonly string[]
  /** Whether these are what they should be, so that the path cannot be another route. */
  readonly isExact: boolean
  readonly search: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
  readonly isChunked: boolean
  /** Whether the authorization is left out. */
  readonly isAnonymous: boolean
}

/** What is done to the bytes of all requests of a connection, which are sent at once. */
interface Damage {
  /** Bytes that are replaced: where, as a fraction of all, and by what. */
  readonly replaced: readonly (readonly [at: number, bytes: Uint8Array])[]
  /** Where the connection ends, as a fraction. */
  readonly end: number | undefined
  readonly isReset: boolean
}

export interface Exchange {
  readonly role: Role
  readonly requests: readonly MutatedRequest[]
  readonly damage: Damage | undefined
  /** How many pieces the bytes are sent in. */
  readonly pieces: number
}

const JUNK_TEXTS = [
  '',
  ' ',
  '\u0000',
  '💥'.repeat(50),
  '../x',
  '%',
  "'",
  '"',
  '\ud800',
  '9'.repeat(400),
  'x'.repeat(5000),
]
const SQL = [
  'select 1',
  'select * from t',
  'select * from secret',
  'select ?',
  'insert into t values (2) on conflict do nothing',
  'update t set a = a',
  'delete from t where a = 3',
  'create table if not exists u (a)',
  'drop table u',
  'pragma journal_mode',
  'select 1e999',
  'select x',
  'selec',
  '',
  "select '\u0000'",
  'select zeroblob(2000000)',
  'select hex(zeroblob(900000))',
  'begin',
  'commit',
]
const WORDS = [
  'main',
  'b',
  't',
  'secret',
  'admin',
  'readonly',
  'schema',
  'u',
  'x-1',
  '2030-01-01T00:00:00Z',
  'acme',
]
const SEGMENTS = [
  'acme',
  'main',
  'main.b',
  'main-b',
  'b',
  'new-one',
  'other',
  '..',
  '.',
  '%2e%2e',
  '%00',
  '%',
  '%ff',
  'a/b',
  'a%2fb',
  '$readonly',
  '$scoped',
  '$revoked',
  'tok_1',
  'x'.repeat(300),
  '💥',
  '__proto__',
]

const text = fc.oneof(
  fc.constantFrom(...SQL),
  fc.constantFrom(...WORDS),
  fc.constantFrom(...JUNK_TEXTS),
  fc.string({ unit: 'binary', maxLength: 30 }),
)
const name = fc.oneof(
  fc.constantFrom(
    'sql',
    'params',
    'statements',
    'transaction',
    'readOnly',
    'name',
    'slug',
    'ttlDays',
    'expiresAt',
    'fromRef',
    'ref',
    'purpose',
    'ttlSec',
    'role',
    'mode',
    'tableScope',
    'database',
    '$bytes',
    '$bigint',
    '__proto__',
    'jsonrpc',
    'id',
    'method',
    'arguments',
    'toString',
  ),
  fc.string({ maxLength: 8 }),
)
const scalar = fc.oneof(
  text,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(-1, 0, 1, 60, 3600, 2 ** 53, 1e308),
)
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    { arbitrary: scalar, weight: 4 },
    { arbitrary: fc.array(tie('value'), { maxLength: 4 }), weight: 1 },
    { arbitrary: fc.dictionary(name, tie('value'), { maxKeys: 4 }), weight: 2 },
  ),
})).value

const statement = fc.record(
  { sql: fc.oneof(fc.constantFrom(...SQL), json), params: fc.oneof(fc.array(json, { maxLength: 3 }), json) },
  { requiredKeys: ['sql'] },
)
const query = fc.record(
  {
    sql: fc.constantFrom(...SQL),
    params: fc.array(json, { maxLength: 2 }),
    readOnly: fc.oneof(fc.boolean(), json),
  },
  { requiredKeys: ['sql'] },
)
const batch = fc.record(
  {
    statements: fc.oneof(fc.array(statement, { maxLength: 4 }), json),
    transaction: fc.oneof(fc.boolean(), json),
    readOnly: fc.oneof(fc.boolean(), json),
  },
  { requiredKeys: ['statements'] },
)
const fields = fc.dictionary(name, fc.oneof(scalar, json), { maxKeys: 5 })
const call = fc.record(
  {
    jsonrpc: fc.oneof({ arbitrary: fc.constant('2.0'), weight: 8 }, { arbitrary: json, weight: 1 }),
    id: fc.oneof(fc.integer(), json),
    method: fc.oneof(
      fc.constantFrom(
        'initialize',
        'ping',
        'tools/list',
        'tools/call',
        'resources/list',
        'resources/read',
        'resources/templates/list',
        'prompts/get',
        'prompts/list',
        'completion/complete',
        'logging/setLevel',
        'server/discover',
        'notifications/initialized',
        'subscriptions/listen',
      ),
      text,
    ),
    params: fc.oneof(
      fc.record(
        {
          name: fc.oneof(
            fc.constantFrom(
              'query',
              'batch',
              'describe',
              'recall',
              'remember',
              'list_sessions',
              'read_session',
              'list_branches',
              'investigate_session',
            ),
            text,
          ),
          arguments: fc.oneof(
            fc.record(
              {
                database: fc.oneof(fc.constantFrom('main', 'main.b'), json),
                sql: fc.oneof(fc.constantFrom(...SQL), json),
                statements: fc.array(statement, { maxLength: 2 }),
                text,
                name: text,
                body: text,
              },
              { requiredKeys: [] },
            ),
            json,
          ),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          protocolVersion: fc.constantFrom('2025-11-25', '2025-06-18', '2026-07-28', 'x'),
          capabilities: json,
          clientInfo: fc.oneof(fc.constant({ name: 'x', version: '1' }), json),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          uri: fc.oneof(
            fc.constantFrom('persql://main/sessions/x', 'persql://main/schema', 'persql://'),
            text,
          ),
          _meta: json,
        },
        { requiredKeys: [] },
      ),
      json,
    ),
  },
  { requiredKeys: ['method'] },
)

const bodies: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  query,
  explain: statement,
  validate: statement,
  batch,
  '/mcp': fc.oneof(call, fc.array(call, { maxLength: 3 })),
}

const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'content-type': [
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'text/plain',
    'application/jsonp',
    '',
    'application/json, application/json',
  ],
  'content-encoding': ['gzip', 'identity', 'br', 'x'],
  accept: ['*/*', 'application/vnd.persql.texts', 'application/json, text/event-stream', 'text/html', ''],
  'idempotency-key': ['k', '', 'x'.repeat(201), 'é', 'k, k'],
  'plan-key': ['p', ''],
  'plan-step': ['s', 'x'.repeat(300)],
  authorization: ['Bearer', 'Bearer ', 'Basic YTpi', `Bearer ${'x'.repeat(250)}`, 'bearer psql_live_x y'],
  'mcp-protocol-version': ['2025-06-18', '2026-07-28', '1999-01-01'],
  'mcp-session-id': ['x'],
  origin: ['https://evil.example', 'http://localhost:1', 'null'],
  expect: ['100-continue', 'x'],
  connection: ['close', 'keep-alive', 'upgrade'],
  upgrade: ['websocket', 'h2c'],
  range: ['bytes=0-1'],
  cookie: ['a=b'],
  'x-forwarded-for': ['1.2.3.4'],
  'if-none-match': ['*'],
  te: ['trailers'],
  long: ['x'.repeat(17_000)],
}
const header = fc
  .constantFrom(...Object.keys(HEADERS))
  .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(...(HEADERS[name] ?? ['']))))

/** Requests to the routes given, each a pattern and its method. */
export function exchanges(
  routes: readonly (readonly [method: string, route: string])[],
): fc.Arbitrary<Exchange> {
  const request = fc.constantFrom(...routes).chain(([method, route]) => {
    const usual = valuesOf(route)
    const parts = {
      route: fc.constant(route),
      method: mostly(
        fc.constant(method),
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'),
      ),
      segments: fc.tuple(...usual.map((value) => mostly(fc.constant(value), fc.constantFrom(...SEGMENTS)))),
      search: mostly(
        fc.constant(''),
        fc.constantFrom(
          '?',
          '?from=x',
          '?from=2026-01-01&to=2026-01-02',
          '?database=main',
          '?database[]=1',
          '?token=%00',
          '?pageSize=-1',
          `?x=${'y'.repeat(3000)}`,
        ),
      ),
      headers: fc.array(header, { maxLength: 2 }),
      body: bodyFor(method, route),
      isChunked: fc.boolean(),
      isAnonymous: mostly(fc.constant(false), fc.constant(true)),
    }
    return fc.record(parts).map((made) => ({
      ...made,
      isExact: made.segments.every((segment, index) => segment === usual[index]),
    }))
  })
  return fc.record({
    role: fc.constantFrom<Role>('admin', 'readonly', 'scoped', 'revoked', 'unknown'),
    requests: fc.array(request, { minLength: 1, maxLength: 5 }).map(untilUpgrade),
    damage: mostly(
      fc.constant(undefined),
      fc.record({
        replaced: fc.array(fc.tuple(fraction, fc.uint8Array({ maxLength: 6 })), { maxLength: 4 }),
        end: fc.option(fraction, { nil: undefined }),
        isReset: fc.boolean(),
      }),
    ),
    pieces: fc.constantFrom(1, 1, 2, 7),
  })
}

/** What follows the wish for another protocol is no request. */
function untilUpgrade(requests: MutatedRequest[]): MutatedRequest[] {
  const end = requests.findIndex(({ headers }) =>
    headers.some(([name, value]) => name === 'connection' && value === 'upgrade'),
  )
  return end < 0 ? requests : requests.slice(0, end + 1)
}

const fraction = fc.double({ min: 0, max: 1, noNaN: true })

function mostly<A, B>(usual: fc.Arbitrary<A>, other: fc.Arbitrary<B>): fc.Arbitrary<A | B> {
  return fc.oneof({ arbitrary: usual, weight: 5 }, { arbitrary: other, weight: 1 })
}

function bodyFor(method: string, route: string): fc.Arbitrary<Uint8Array> {
  const nothing = fc.constant(new Uint8Array())
  const right = bodies[route] ?? bodies[route.split('/').at(-1) ?? ''] ?? fields
  const sent = fc.oneof({ arbitrary: right, weight: 6 }, { arbitrary: json, weight: 1 }).map(toBytes)
  const cut = fc
    .tuple(sent, fraction)
    .map(([bytes, end]) => bytes.subarray(0, Math.floor(bytes.length * end)))
  const flipped = fc.tuple(sent, fraction, fc.integer({ min: 0, max: 255 })).map(([bytes, at, byte]) => {
    bytes[Math.floor(at * (bytes.length - 1))] = byte
    return bytes
  })
  const strange = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .constantFrom(
        '[',
        '{"sql":',
        '\ufeff{}',
        'NaN',
        '{"a":1}{"a":2}',
        `${'['.repeat(20_000)}`,
        `{"sql":"${'x'.repeat(300_000)}"}`,
      )
      .map((text) => new TextEncoder().encode(text)),
  )
  if (method === 'GET' || method === 'DELETE')
    return fc.oneof({ arbitrary: nothing, weight: 6 }, { arbitrary: strange, weight: 1 })
  return fc.oneof(
    { arbitrary: sent, weight: 8 },
    { arbitrary: cut, weight: 1 },
    { arbitrary: flipped, weight: 1 },
    { arbitrary: strange, weight: 1 },
    { arbitrary: nothing, weight: 1 },
  )
}

function toBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value) ?? '')
}

function valuesOf(route: string): string[] {
  return [...route.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => VALUES[name] ?? 'x')
}

const VALUES: Readonly<Record<string, string>> = {
  ns: 'acme',
  db: 'main',
  slug: 'main',
  ref: 'b',
  id: '$revoked',
}
