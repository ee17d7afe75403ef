import { type ItemIdentity, identifyItem } from './identify-item.ts'
import { ANSWERED, ANSWERS, CALL_ENDS, HOSTED, HOSTED_CALLS, RESULT_ENDS } from './tool-types.ts'

/** SQLite's expression that is 1 where a row holds an item and 0 where it is corrupt. `data` is that of its text. */
export function isItemSql(data = 'message_data'): string {
  return `case when typeof(${data}) = 'text' and json_valid(${data}) then json_type(${data}) = 'object' else 0 end`
}

/** Texts of which the JSON of each call and each result has one; in a message they are seldom. */
export const TOOL_MARKS: readonly string[] = [
  ...[...CALL_ENDS, ...RESULT_ENDS].map((end) => `${end}"`),
  '"program"',
  '"mcp_',
]

/**
 * SQLite's expression that is 0 where a row holds neither call nor result. It looks at the text alone, which costs
 * little, and so is 1 for some others.
 */
export function mayBeToolSql(data = 'message_data'): string {
  return `(${TOOL_MARKS.map((mark) => `instr(${data}, '${mark}')`).join(' or ')})`
}

/** What is looked at to tell what an item is; of what is neither call nor result, the first three. */
// biome-ignore format: a table
const PATHS = [
  'type', 'role', 'status',
  'name', 'namespace', 'id', 'callId', 'call_id', 'approval_request_id', 'execution',
  'providerData.type', 'providerData.name', 'providerData.id', 'providerData.callId',
  'providerData.call_id', 'providerData.approval_request_id', 'providerData.execution',
  'caller', 'approve', 'providerData.approve',
] as const

type Path = (typeof PATHS)[number]

/** SQLite's expression for the JSON that `itemFields` reads, of a row that holds an item. */
export function itemSourceSql(data: string): string {
  return `case when instr(${data}, '"unknown"') and json_extract(${data}, '$.type') = 'unknown'
    and json_type(${data}, '$.providerData.type') = 'text' then json_extract(${data}, '$.providerData') else ${data} end`
}

/**
 * SQLite's expression for the fields of an item by which {@link identifyFields} tells what it is, so that its content
 * need not be read; null where the row is corrupt.
 */
export function itemFieldsSql(data = 'message_data'): string {
  const paths = (some: readonly string[]) => some.map((path) => `'$.${path}'`).join(', ')
  const source = itemSourceSql(data)
  return `case when ${isItemSql(data)} then case when ${mayBeToolSql(data)}
    then json_extract(${source}, ${paths(PATHS)}) else json_extract(${source}, ${paths(PATHS.slice(0, 3))}) end end`
}

/** What the row is whose `itemFieldsSql` this is. */
export function identifyFields(fields: string): ItemIdentity {
  const values = JSON.parse(fields) as unknown[]
  const item: Record<string, unknown> = {}
  const providerData: Record<string, unknown> = {}
  for (const [place, value] of values.entries()) {
    const [field, inside] = PATHS[place]!.split('.') as [string, string?]
    if (inside === undefined) item[field] = value
    else providerData[inside] = value
  }
  return identifyItem({ ...item, providerData })
}

export interface ItemsSqlOptions {
  /** The table of the items, as SQL has it. */
  readonly messages: string
  /** Some of the table's columns, at least one, or expressions with a name, as in `length(session_id) as length`. */
  readonly columns: readonly string[]
  /** A condition in SQL that says which rows are read. Default: all are. */
  readonly where?: string
}

/**
 * Common table expressions, to be put behind `with`. The last one, `item`, has the columns and what `identifyItem`
 * says of each row, as `type`, `role`, `kind`, `tool` (of calls only), `link`, `status` (of calls and results only)
 * and `asks_approval` (1 or 0). A corrupt row has no `kind` and no `type`.
 */
export function itemsSql({ messages, columns, where = 'true' }: ItemsSqlOptions): string {
  const kept = columns.map((column) => /(\w+)$/.exec(column)?.[1] ?? column).join(', ')
  // Each look into JSON takes its time, so each is made only where its answer matters.
  return `item_source as materialized (
    select ${columns.join(', ')}, ${itemFieldsSql()} as fields
    from ${messages} where ${where}
  ), item_types as materialized (
    select *, case when fields is not null then coalesce(${text('type')}, 'message') end as type from item_source
  ), item_own as materialized (
    select *, case when type <> '${HOSTED}' then type
      when ${text('providerData.type')} = 'mcp_approval_request' then 'mcp_approval_request'
      else coalesce(${text('name')}, type) end as own
    from item_types
  ), item_kinds as materialized (
    select *, case when type = 'message' then case when ${text('role')} is null then 'other' else 'message' end
      when type = 'reasoning' then 'reasoning'
      when type = '${HOSTED}' then case own when 'mcp_approval_response' then 'result' else 'call' end
      when type in (${list(Object.keys(ANSWERED))}) then 'result'
      when type in (${list([...Object.keys(ANSWERS), ...HOSTED_CALLS])}) then 'call'
      when ${endsWith('type', RESULT_ENDS)} then 'result'
      when ${endsWith('type', CALL_ENDS)} then 'call'
      when type is not null then 'other' end as kind
    from item_own
  ), item as (
    select ${kept}, type, ${text('role')} as role, kind, own is 'mcp_approval_request' as asks_approval,
      case when kind in ('call', 'result') then ${text('status')} end as status,
      case kind when 'call' then ${tool()} end as tool,
      case when kind in ('call', 'result') then ${link()} end as link
    from item_kinds
  )`
}

function tool(): string {
  const short = "case when own glob '*_call' then substr(own, 1, length(own) - 5) else own end"
  const [name, space] = [filled('name'), filled('namespace')]
  return `case
    when type = '${HOSTED}' and own in ('mcp_approval_request', 'mcp_call') then coalesce(${filled('providerData.name')}, ${short})
    when type = '${HOSTED}' then ${short}
    when ${name} is null then ${short}
    when ${space} is null or ${space} = ${name} then ${name} else ${space} || '.' || ${name} end`
}

function link(): string {
  const called = Object.entries(ANSWERED).map(([result, call]) => `when '${result}' then '${call}'`)
  const calls = list(Object.keys(ANSWERS))
  return `case when own in (${list(HOSTED_CALLS)}) then null
    when type = '${HOSTED}' and own not in ('mcp_approval_request', 'mcp_approval_response') then null
    else case own ${called.join(' ')} else case when own in (${calls}) then own else '' end end || ' ' || ${callId()} end`
}

function callId(): string {
  const hosted = (ofHosted: string, other: string) =>
    `case when type = '${HOSTED}' then ${ofHosted} else ${other} end`
  return `case own
    when 'mcp_approval_request' then ${hosted(firstValue('providerData.id', 'id'), text('id'))}
    when 'mcp_approval_response' then ${hosted(text('providerData.approval_request_id'), text('approval_request_id'))}
    when 'tool_search_call' then ${searchId(filled('id'))}
    when 'tool_search_output' then ${searchId('null')}
    when 'local_shell_call' then ${firstText('call_id', 'callId', 'id')}
    when 'local_shell_call_output' then ${firstText('call_id', 'callId', 'id')}
    else ${firstText('callId', 'call_id', 'providerData.call_id', 'providerData.callId')} end`
}

/** Nothing where the provider ran the search. */
function searchId(otherwise: string): string {
  const execution = text('execution')
  const called = firstValue('providerData.call_id', 'providerData.callId')
  return `case when case when ${execution} in ('client', 'server') then ${execution} else ${text('providerData.execution')} end is 'server' then null
    else coalesce(nullif(${called}, ''), ${filled('call_id')}, ${filled('callId')}, ${otherwise}) end`
}

/** The first one, also where it is no text, unless it is absent; then the second one. */
function firstValue(first: Path, second: Path): string {
  return `case json_type(fields, ${place(first)}) when 'null' then ${text(second)} else ${text(first)} end`
}

function firstText(...paths: readonly Path[]): string {
  return `coalesce(${paths.map(text).join(', ')})`
}

function filled(path: Path): string {
  return `nullif(${text(path)}, '')`
}

function text(path: Path): string {
  return `case json_type(fields, ${place(path)}) when 'text' then json_extract(fields, ${place(path)}) end`
}

function place(path: Path): string {
  return `'$[${PATHS.indexOf(path)}]'`
}

function list(texts: readonly string[]): string {
  return texts.map((one) => `'${one}'`).join(', ')
}

/** LIKE would not tell cases apart. */
function endsWith(column: string, ends: readonly string[]): string {
  return `(${ends.map((end) => `${column} glob '*${end}'`).join(' or ')})`
}
