import { isItemSql } from '../item-sql.ts'
import {
  JS_PART_FIELDS,
  JS_TYPES,
  ONLY_JS,
  ONLY_RESPONSES,
  RESPONSES_PART_FIELDS,
  RESPONSES_TYPES,
} from './item-words.ts'

/**
 * SQLite's expression for what {@link itemWords} says of a row, as `js`, `responses` or `both`; null where the row is
 * corrupt. `data` is that of its text.
 */
export function itemWordsSql(data = 'message_data'): string {
  const has = (path: string) => `ifnull(json_type(${data}, '$.${path}') <> 'null', 0)`
  const isPatch = (path: string) => `ifnull(json_type(${data}, '$.${path}') in ('object', 'array'), 0)`
  const type = `json_extract(${data}, '$.type')`
  const part = (fields: readonly string[]) =>
    `(${fields.map((field) => `instr(${data}, '"${field}"')`).join(' or ')}) and exists (select 1
      from json_each(${data}, '$.content') as part, json_each(part.value) as field
      where part.type = 'object' and field.key in (${list(fields)}))`
  const key = (pattern: string) => `exists (select 1 from json_each(${data}) where key glob '${pattern}')`
  return `case when not ${isItemSql(data)} then null
    when ${isPatch(`provider_data.${ONLY_JS}`)} then 'responses'
    when json_type(${data}, '$.providerData') is not null or ${isPatch(ONLY_RESPONSES)} then 'js'
    when json_type(${data}, '$.type') is null or ${type} = 'message' then
      case when json_type(${data}, '$.content') = 'array' then
        case when ${part(JS_PART_FIELDS)} then 'js' when ${part(RESPONSES_PART_FIELDS)} then 'responses'
          when json_extract(${data}, '$.role') = 'developer' then 'responses'
          when json_type(${data}, '$.status') is not null and instr(${data}, '"output_text"') and exists (select 1 from json_each(${data}, '$.content') as part
            where part.type = 'object' and json_extract(part.value, '$.type') = 'output_text') then 'js'
          else 'both' end
      when json_extract(${data}, '$.role') = 'developer' then 'responses'
      when json_extract(${data}, '$.role') = 'assistant' and json_type(${data}, '$.content') = 'text' then 'responses'
      else 'both' end
    when ${type} in (${list([...JS_TYPES])}) then 'js'
    when ${type} in (${list([...RESPONSES_TYPES])}) then 'responses'
    when ${type} = 'reasoning' then case when ${has('summary')} then 'responses' when ${has('content')} then 'js' else 'both' end
    when ${type} = 'compaction' then 'both'
    when ${has('callId')} then 'js'
    when ${has('call_id')} then 'responses'
    when ${key('*[a-z][A-Z]*')} then 'js'
    when ${key('*_*')} then 'responses'
    else 'both' end`
}

function list(texts: readonly string[]): string {
  return texts.map((one) => `'${one}'`).join(', ')
}
