import { ANSWERED, ANSWERS, CALL_ENDS, HOSTED, HOSTED_CALLS, RESULT_ENDS } from './tool-types.ts'

/** SQLite's expression that is 1 where a row holds an item and 0 where it is corrupt. `data` is that of its text. */
export function isItemSql(data = 'message_data'): string {
  return `case when typeof(${data}) = 'text' and json_valid(${data}) then json_type(${data}) = 'object' else 0 end`
}

/**
 * SQLite's expression that is 0 where a row holds neither call nor result. It looks at the text alone, which costs
 * little, and so is 1 for many others.
 */
export function mayBeToolSql(data = 'message_data'): string {
  const words = ['call', 'output', 'result', 'program', 'mcp_']
  return `(${words.map((word) => `instr(${data}, '${word}')`).join(' or ')})`
}

/** What is looked at to tell what an item is. Names of the columns, and where the values stand in the item. */
const FIELDS = {
  f_type: 'type',
  f_role: 'role',
  f_name: 'name',
  f_space: 'namespace',
  f_status: 'status',
  f_id: 'id',
  f_call_id1: 'callId',
  f_call_id2: 'call_id',
  f_request: 'approval_request_id',
  f_execution: 'execution',
  f_p_type: 'providerData.type',
  f_p_name: 'providerData.name',
  f_p_id: 'providerData.id',
  f_p_call_id1: 'providerData.callId',
  f_p_call_id2: 'providerData.call_id',
  f_p_request: 'providerData.approval_request_id',
  f_p_execution: 'providerData.execution',
} as const

const PLACES = Object.keys(FIELDS)

export interface ItemsSqlOptions {
  /** The table of the items, as SQL has it. */
  readonly messages: string
  /** Some of the table's columns, at least one, or expressions with a name, as in `length(session_id) as length`. */
  readonly columns: readonly string[]
  /** Which rows. Default: all. */
  readonly where?: string
}

/**
 * Common table expressions, to be put behind `with`. The last one, `item`, has the columns and what `identifyItem`
 * says of each row, as `type`, `role`, `kind`, `tool` (of calls only), `link`, `status` and `asks_approval` (1 or 0). A
 * corrupt row has no `kind` and no `type`.
 */
export function itemsSql({ messages, columns, where = 'true' }: ItemsSqlOptions): string {
  const kept = columns.map((column) => /(\w+)$/.exec(column)?.[1] ?? column).join(', ')
  const paths = Object.values(FIELDS).map((path) => `'$.${path}'`)
  const read = Object.keys(FIELDS).map((column, place) => `${text(`$[${place}]`)} as ${column}`)
  return `item_source as materialized (
    select ${columns.join(', ')}, case when ${isItemSql()} then json_extract(message_data, ${paths.join(', ')}) end as fields
    from ${messages} where ${where}
  ), item_fields as materialized (
    select ${kept}, fields, ${read.join(', ')} from item_source
  ), item_named as materialized (
    select *, case when ifnull(f_type, '') <> '${HOSTED}' then coalesce(f_type, 'message')
      when f_p_type = 'mcp_approval_request' then f_p_type else coalesce(f_name, f_type) end as own
    from item_fields
  ), item_kinds as materialized (
    select *, case when fields is null then null
      when f_type = '${HOSTED}' then case own when 'mcp_approval_response' then 'result' else 'call' end
      when own = 'message' then case when f_role is null then 'other' else 'message' end
      when own = 'reasoning' then own
      when own in (${list(Object.keys(ANSWERED))}) then 'result'
      when own in (${list([...Object.keys(ANSWERS), ...HOSTED_CALLS])}) then 'call'
      when ${endsWith('own', RESULT_ENDS)} then 'result'
      when ${endsWith('own', CALL_ENDS)} then 'call' else 'other' end as kind,
      case when own glob '*_call' then substr(own, 1, length(own) - 5) else own end as short,
      case own ${Object.entries(ANSWERED)
        .map(([result, call]) => `when '${result}' then '${call}'`)
        .join(' ')} else case when own in (${list(Object.keys(ANSWERS))}) then own else '' end end as called
    from item_named
  ), item as (
    select ${kept}, case when kind is not null then coalesce(f_type, 'message') end as type, f_role as role, kind, f_status as status,
      ifnull(own = 'mcp_approval_request', 0) as asks_approval,
      case when kind <> 'call' then null
        when f_type = '${HOSTED}' then coalesce(case when own in ('mcp_approval_request', 'mcp_call') then nullif(f_p_name, '') end, short)
        when ifnull(f_name, '') = '' then short
        when ifnull(f_space, '') in ('', f_name) then f_name else f_space || '.' || f_name end as tool,
      case when kind not in ('call', 'result') or own in (${list(HOSTED_CALLS)}) then null
        when f_type = '${HOSTED}' and own not in ('mcp_approval_request', 'mcp_approval_response') then null
        else called || ' ' || case own
          when 'mcp_approval_request' then case when f_type = '${HOSTED}' then ${firstValue('f_p_id', 'f_id')} else f_id end
          when 'mcp_approval_response' then case when f_type = '${HOSTED}' then f_p_request else f_request end
          when 'tool_search_call' then ${searchId(["nullif(f_id, '')"])}
          when 'tool_search_output' then ${searchId([])}
          when 'local_shell_call' then coalesce(f_call_id2, f_call_id1, f_id)
          when 'local_shell_call_output' then coalesce(f_call_id2, f_call_id1, f_id)
          else coalesce(f_call_id1, f_call_id2, f_p_call_id2, f_p_call_id1) end end as link
    from item_kinds
  )`
}

/** Nothing where the provider ran the search. */
function searchId(more: readonly string[]): string {
  const ids = [
    `nullif(${firstValue('f_p_call_id2', 'f_p_call_id1')}, '')`,
    "nullif(f_call_id2, '')",
    "nullif(f_call_id1, '')",
  ]
  return `case when coalesce(case when f_execution in ('client', 'server') then f_execution end, f_p_execution) is 'server' then null
    else coalesce(${[...ids, ...more].join(', ')}) end`
}

/** The first one, also where it is no text, unless it is absent; then the second one. */
function firstValue(first: keyof typeof FIELDS, second: keyof typeof FIELDS): string {
  const given = `json_type(fields, '$[${PLACES.indexOf(first)}]')`
  return `case when ${given} = 'null' then ${second} else ${first} end`
}

function text(path: string): string {
  return `case json_type(fields, '${path}') when 'text' then json_extract(fields, '${path}') end`
}

function list(texts: readonly string[]): string {
  return texts.map((one) => `'${one}'`).join(', ')
}

/** LIKE would not tell cases apart. */
function endsWith(column: string, ends: readonly string[]): string {
  return `(${ends.map((end) => `${column} glob '*${end}'`).join(' or ')})`
}
