import { deepStrictEqual } from 'node:assert'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { protocol } from '@openai/agents-core'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { fromResponsesItem, PerSQLSession } from '@persql/openai-agents'
import {
  identifyItem,
  isItemSql,
  isStorageError,
  itemsSql,
  itemWords,
  jsonCodec,
  pairResults,
  readItem,
  SessionStore,
  searchItems,
  withoutOrphans,
} from '@persql/session-core'
import fc from 'fast-check'
import { expect } from 'vitest'
import { checkItems } from '../packages/cli/src/doctor/check-items.ts'
import { Transcript } from '../packages/cli/src/transcript/transcript.ts'
import { toOutline } from '../packages/console/src/app/data/outline.ts'
import { toolCallOf } from '../packages/console/src/app/sessions/tool-call.ts'
import { toEntry } from '../packages/mcp/src/transcript.ts'
import { fuzz } from './support/fuzz.ts'

type Item = Record<string, unknown>

/** The types that the SDK in TypeScript has, and those of the API, which the SDK in Python keeps. */
const TYPES = [
  ...protocol.ModelItem.options.map((option) => {
    const { type } = (option as { shape: { type: { value?: string; unwrap?(): { value: string } } } }).shape
    return type.value ?? type.unwrap!().value
  }),
  ...['function_call_output', 'computer_call_output', 'custom_tool_call', 'custom_tool_call_output'],
  ...['local_shell_call', 'local_shell_call_output', 'web_search_call', 'file_search_call', 'mcp_call'],
  ...['code_interpreter_call', 'image_generation_call', 'mcp_list_tools', 'mcp_approval_request'],
  ...['mcp_approval_response', 'item_reference', 'moon_call', 'moon_call_output', '__proto__', 'constructor'],
]

const FIELDS = [
  ...['name', 'namespace', 'status', 'id', 'callId', 'call_id', 'approval_request_id', 'execution', 'role'],
  ...[
    'content',
    'arguments',
    'output',
    'outputs',
    'action',
    'actions',
    'code',
    'queries',
    'results',
    'tools',
  ],
  ...['operation', 'summary', 'rawContent', 'input', 'result', 'error', 'approve', 'reason', 'text', 'image'],
  ...['image_url', 'file', 'audio', 'transcript', 'refusal', 'data', 'url', 'logs', 'stdout', 'stderr'],
  ...['outcome', 'exitCode', 'path', 'diff', 'filename', 'score', 'mediaType', 'format', 'type'],
  ...['pending_safety_checks', '$bytes', '$$bytes', '__proto__', 'constructor', 'toJSON', 'length'],
]

const NAMES = [...TYPES, 'transfer_to_x', 'look_up', '', 'x'.repeat(300)]
const ID = fc.constantFrom('a', 'b', 'c', '')
const PART_TYPES = [
  'input_text',
  'output_text',
  'input_image',
  'image',
  'input_file',
  'file',
  'audio',
  'refusal',
]
const OTHER_PARTS = [
  'computer_screenshot',
  'logs',
  'reasoning_text',
  'input_audio',
  'timeout',
  'exit',
  'text',
]

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'needle',
    '\ud800',
    'a\udc00b',
    '\0',
    'data:image/png;base64,AAAA',
    '{"a":1}',
    '[',
    '{"cut',
  ),
  fc.constantFrom('iVBORw0KGgo1'.repeat(200), `{"a":"${'Ab1/'.repeat(500)}"}`, 'x'.repeat(20_000)),
)
const leaf = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(null, true, false, 0, -0, 2 ** 53, -1, 1e300, 5e-324),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => new Uint8Array(bytes)),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...FIELDS), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    fc
      .tuple(
        fc.constantFrom(...PART_TYPES, ...OTHER_PARTS),
        fc.dictionary(fc.constantFrom(...FIELDS), tie('value'), { maxKeys: 3, noNullPrototype: true }),
      )
      .map(([type, fields]) => ({ ...fields, type })),
  ),
}))

/** Few ids, so that calls and results often meet. */
const provider = fc.oneof(
  fc.constant(undefined),
  leaf,
  fc.record(
    {
      type: fc.constantFrom(...TYPES),
      id: ID,
      name: fc.constantFrom(...NAMES),
      call_id: fc.option(ID),
      callId: ID,
      approval_request_id: ID,
      execution: fc.constantFrom('client', 'server'),
      action: value,
      outputs: value,
      code: value,
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
)
const item: fc.Arbitrary<Item> = fc
  .tuple(
    fc.record(
      {
        type: fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...TYPES) }, leaf),
        role: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('user', 'assistant', 'system') }, leaf),
        name: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...NAMES) }, leaf),
        namespace: fc.constantFrom('crm', 'look_up', ''),
        callId: fc.oneof({ weight: 8, arbitrary: ID }, leaf),
        call_id: fc.option(ID),
        id: fc.oneof({ weight: 8, arbitrary: ID }, leaf),
        approval_request_id: ID,
        execution: fc.constantFrom('client', 'server', 'else'),
        status: fc.constantFrom('completed', 'failed', 'in_progress', 'incomplete'),
        caller: fc.record(
          { type: fc.constantFrom('program', 'direct'), callerId: ID },
          { noNullPrototype: true },
        ),
        providerData: provider,
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
    fc.dictionary(fc.constantFrom(...FIELDS.slice(9)), value, { maxKeys: 4, noNullPrototype: true }),
  )
  .map(([known, more]) => ({ ...more, ...known }) as Item)

/** What no JSON can hold, or none that everybody can read. */
const hostile = fc.constantFrom<() => unknown>(
  () => Number.NaN,
  () => 1n,
  () => Symbol('s'),
  () => () => 1,
  () => new Date(0),
  () => new Map(),
  () => [undefined],
  () => Object.assign([1], { more: 1 }),
  () => ({
    get secret() {
      throw new Error('SECRET')
    },
  }),
  () =>
    new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('SECRET')
        },
      },
    ),
  () => nested(501),
  () => nested(50_000),
)

function nested(levels: number): unknown {
  let inner: unknown = 'SECRET'
  for (let level = 0; level < levels; level++) inner = level % 2 ? [inner] : { inner }
  return inner
}

const codec = jsonCodec<unknown>()

fuzz(
  'gives back every item exactly, or refuses it without its content',
  fc.tuple(item, fc.option(fc.tuple(fc.constantFrom(...FIELDS), hostile))),
  async ([good, bad]) => {
    deepStrictEqual(codec.decode(codec.encode(good)), withoutUndefined(good))
    if (bad === null) return
    const [key, make] = bad
    let thrown: unknown
    try {
      codec.encode({ ...good, [key]: make() })
    } catch (error) {
      thrown = error
    }
    expect(isStorageError(thrown, 'INVALID_ITEM')).toBe(true)
    expect(inspect(thrown)).not.toContain('SECRET')
  },
)

function withoutUndefined(given: Item): Item {
  return Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined))
}

/** Text of rows that others may have written. */
const rowText = fc.oneof(
  item.map((one) => codec.encode(one)),
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'null',
    '5',
    '[]',
    '"x"',
    'true',
    '{}',
    ' {}\n',
    '\ufeff{}',
    '{"a":1,}',
    '{"a":01}',
    '{"a":1e999}',
    '{"a":"\u007f"}',
    '{"a":"\\ud800"}',
  ),
  fc
    .constantFrom(998, 999, 1000, 1001)
    .map((levels) => `${'{"a":['.repeat(levels / 2)}1${']}'.repeat(levels / 2)}`),
)

fuzz('takes the same rows for items in SQL as in JavaScript', rowText, async (row) => {
  const driver = betterSqlite3Driver(':memory:')
  const [found] = await driver.batch([
    { sql: `select ${isItemSql('text')} from (select ? as text)`, params: [row] },
  ])
  let isItem = 1
  try {
    codec.decode(row)
  } catch (error) {
    isItem = 0
    expect(error).toBeInstanceOf(SyntaxError)
  }
  // SQLite ends a text at a NUL, and stores half a surrogate pair as another character.
  if (!row.includes('\0') && row.isWellFormed()) expect(found?.rows).toEqual([[isItem]])
  await driver.close()
})

interface Correlation {
  readonly resultType: string
  readonly id: string
}

const core = dirname(createRequire(import.meta.url).resolve('@openai/agents-core'))
const { getToolResultCorrelationForCall: callOf, getToolResultCorrelationForResult: resultOf } =
  (await import(join(core, 'runner/toolResultCorrelation.mjs'))) as Record<
    string,
    (item: unknown) => Correlation | undefined
  >
const { dropOrphanToolCalls } = (await import(join(core, 'runner/items.mjs'))) as {
  dropOrphanToolCalls(items: readonly unknown[]): Item[]
}

fuzz(
  'leaves no result without its call in a window, by the rules of the SDK',
  fc.tuple(fc.array(item, { minLength: 1, maxLength: 12 }), fc.nat({ max: 12 })),
  async ([items, count]) => {
    const window = withoutOrphans(items.slice(-count - 1).map(asOfSdk))
    for (const seen of [window, dropOrphanToolCalls(window)]) {
      const calls = new Set<string>()
      for (const one of seen) {
        const result = resultOf!(one)
        if (result && isSent(one)) expect([...calls]).toContain(JSON.stringify(result))
        const call = callOf!(one)
        if (call) calls.add(JSON.stringify(call))
      }
    }
  },
)

/** The runner of the SDK in TypeScript looks for the ids where that SDK puts them. */
function asOfSdk({ call_id, ...one }: Item): Item {
  const provider = typeof one['providerData'] === 'object' ? one['providerData'] : undefined
  if (/^tool_search/.test(String(one['type']))) return { ...one, call_id }
  if (one['type'] === 'hosted_tool_call') return { ...one, providerData: provider ?? {} }
  return { ...one, providerData: undefined }
}

/** The SDK goes by the type alone; an item that says to be two things at once is not one that it makes. */
function isSent(one: Item): boolean {
  return identifyItem(one).kind === 'result'
}

function isItemText(row: string): boolean {
  try {
    codec.decode(row)
    return true
  } catch {
    return false
  }
}

fuzz(
  'shows every session in every reader, and calls none of it broken that is sound',
  fc.array(fc.oneof({ weight: 8, arbitrary: item }, rowText), { maxLength: 12 }),
  async (rows) => {
    const driver = betterSqlite3Driver(':memory:')
    const silent = { onCorruptRow: () => {} }
    const store = new SessionStore<Item>(driver, silent)
    await store.append('s', [{ role: 'user', content: 'needle' }])
    const written = rows
      .map((row) => (typeof row === 'string' ? row : codec.encode(row)))
      .filter((row) => row.isWellFormed() && !row.includes('\0'))
    await driver.batch([
      {
        sql: `insert into agent_messages (session_id, message_data) select 's', value from json_each(?) order by key`,
        params: [JSON.stringify(written)],
      },
    ])
    const texts = ['{"role":"user","content":"needle"}', ...written].filter(isItemText)
    const items = await store.read('s')
    expect(items).toHaveLength(texts.length)
    const [told] = await driver.batch([
      {
        sql: `with ${itemsSql({ messages: 'agent_messages', columns: ['id'] })} select kind, type, role, iif(kind = 'call', tool, null), link, status from item order by id`,
      },
    ])
    // SQLite ends a text at a NUL, and knows no half of a surrogate pair.
    const isPlain = texts.every((text) => !/\\u(0000|d[89a-f])/i.test(text))
    const inSql = told!.rows.filter(([kind]) => kind !== null)
    expect(inSql).toHaveLength(items.length)
    if (isPlain) {
      expect(inSql).toEqual(
        items.map((one) => {
          const { kind, type, role, tool, link, status } = identifyItem(one)
          const isTool = kind === 'call' || kind === 'result'
          return [
            kind,
            type,
            role,
            kind === 'call' ? tool : undefined,
            link,
            isTool ? status : undefined,
          ].map((part) => part ?? null)
        }),
      )
    }

    const transcript = new Transcript({ full: true })
    for (const [place, one] of items.entries()) {
      expect(
        transcript.render({ rowId: place, sessionId: 's', createdAt: null, data: texts[place]! }),
      ).toContain(`#${place}`)
      expect(toEntry(place, new Date(0), one).text.length).toBeLessThan(4100)
      const row = { id: place, text: '', item: one }
      expect(toolCallOf(row, row).name).toBeTypeOf('string')
      readItem(one)
    }
    const outline = toOutline(
      items.map((one, id) => ({
        id,
        createdAt: new Date(0),
        size: 1,
        text: '',
        role: undefined,
        tool: undefined,
        link: undefined,
        ...identifyItem(one),
      })),
    )
    const shown = outline.entries.flatMap(({ row, result }) => (result ? [row.id, result.id] : [row.id]))
    expect(shown.sort((a, b) => a - b)).toEqual(items.map((_, id) => id))

    const { hits } = await searchItems(driver, ['needle'])
    expect(hits.at(-1)?.rowId).toBe(1)
    const turns = outline.turns.length
    if (turns > 0) {
      const all = await store.read('s', { turns })
      expect(all).toEqual(items.slice(outline.entries[outline.turns[0]!.entryIndex]!.row.id))
      // A session of the Agents SDK says in its words what is stored in those of the Responses API.
      const said = items.map((one) => (itemWords(one) === 'responses' ? fromResponsesItem(one) : one))
      expect(await new PerSQLSession('s', driver, { ...silent, window: { items: 99 } }).getItems()).toEqual(
        withoutOrphans(said),
      )
    }

    const tables = { sessionsTable: 'agent_sessions', messagesTable: 'agent_messages', createTables: false }
    const findings = await checkItems({ url: '', name: '', option: '', driver, tables })
    const known = items.map(identifyItem)
    const pairs = pairResults(known)
    const orphans = new Set(
      known.flatMap(({ kind, link }, place) =>
        kind === 'result' && link !== undefined && !pairs.has(place) ? [link] : [],
      ),
    )
    const statusOf = (check: string) => findings.find((finding) => finding.check === check)?.status
    if (isPlain) {
      expect(statusOf('tool results')).toBe(orphans.size === 0 ? 'ok' : 'problem')
      expect(statusOf('items')).toBe(items.length === written.length + 1 ? 'ok' : 'problem')
    }
    await driver.close()
  },
)
