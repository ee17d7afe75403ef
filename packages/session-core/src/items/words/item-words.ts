import { type Fields, fieldsOf } from '../fields.ts'
import { HOSTED, HOSTED_CALLS } from '../tool-types.ts'
import { isItemPatch } from './item-patch.ts'

/**
 * In whose words an item is: those of the Agents SDK in TypeScript, those of the Responses API, which the Agents SDK
 * in Python stores, or such that both would say it so.
 */
export type ItemWords = 'js' | 'responses' | 'both'

/** The field of an item of the SDK in TypeScript that holds what only the words of the Responses API can say. */
export const ONLY_RESPONSES = 'responsesData'

/** The same the other way round: within the field `provider_data`, which the SDK in Python never sends to OpenAI. */
export const ONLY_JS = 'agents_js'

export const JS_TYPES: ReadonlySet<string> = new Set([
  'function_call_result',
  'computer_call_result',
  HOSTED,
  'unknown',
])

export const RESPONSES_TYPES: ReadonlySet<string> = new Set([
  ...HOSTED_CALLS,
  ...['function_call_output', 'computer_call_output', 'custom_tool_call', 'custom_tool_call_output'],
  ...['local_shell_call', 'local_shell_call_output', 'mcp_approval_request', 'mcp_approval_response'],
  ...['item_reference'],
])

/** Says in whose words an item is, by the names of its fields. */
export function itemWords(item: unknown): ItemWords {
  if (typeof item !== 'object' || item === null) return 'both'
  const fields = item as Fields
  const { type } = fields
  const data = fields['provider_data']
  if (data !== undefined && isItemPatch(fieldsOf(data)[ONLY_JS])) return 'responses'
  if (fields['providerData'] !== undefined || isItemPatch(fields[ONLY_RESPONSES])) return 'js'
  if (type === undefined || type === 'message') return wordsOfMessage(fields)
  if (JS_TYPES.has(type as string)) return 'js'
  if (RESPONSES_TYPES.has(type as string)) return 'responses'
  if (type === 'reasoning') {
    return fields['summary'] !== undefined ? 'responses' : fields['content'] !== undefined ? 'js' : 'both'
  }
  if (type === 'compaction') return 'both'
  if (fields['callId'] !== undefined) return 'js'
  if (fields['call_id'] !== undefined) return 'responses'
  const keys = Object.keys(fields).filter((key) => fields[key] !== undefined)
  if (keys.some((key) => /[a-z][A-Z]/.test(key))) return 'js'
  return keys.some((key) => key.includes('_')) ? 'responses' : 'both'
}

function wordsOfMessage({ role, content, status }: Fields): ItemWords {
  if (!Array.isArray(content)) {
    return role === 'developer' || (role === 'assistant' && typeof content === 'string')
      ? 'responses'
      : 'both'
  }
  let words: ItemWords = role === 'developer' ? 'responses' : 'both'
  let isAnswer = false
  // Every item that is read comes by here, so nothing is made on the way.
  for (const part of content) {
    if (typeof part !== 'object' || part === null) continue
    for (const field in part) {
      const says = PART_FIELDS.get(field)
      if (says === undefined || part[field] === undefined) continue
      if (says === 'js') return says
      words = says
    }
    if (part['type'] === 'output_text') isAnswer = true
  }
  // The Responses API always has annotations in an answer. One without a status is no answer of a model: a program has
  // written it by hand, in either language.
  return words === 'both' && isAnswer && status !== undefined ? 'js' : words
}

export const JS_PART_FIELDS = ['providerData', 'promptCacheBreakpoint', 'image', 'file', 'audio']
export const RESPONSES_PART_FIELDS = [
  ...['annotations', 'logprobs', 'prompt_cache_breakpoint', 'image_url', 'file_id', 'file_data', 'file_url'],
  'input_audio',
]

const PART_FIELDS: ReadonlyMap<string, 'js' | 'responses'> = new Map([
  ...JS_PART_FIELDS.map((field) => [field, 'js'] as const),
  ...RESPONSES_PART_FIELDS.map((field) => [field, 'responses'] as const),
])
