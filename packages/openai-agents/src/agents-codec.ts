import { type ItemCodec, itemWords, jsonCodec } from '@persql/session-core'
import type { AgentInputItem } from './agents-sdk.ts'
import { readGiven } from './read-given.ts'
import { fromResponsesItem, type ResponsesItem, toResponsesItem } from './responses-item.ts'

const json = jsonCodec<AgentInputItem>()
const words = jsonCodec<ResponsesItem>()

/**
 * The codec of sessions that say nothing else: an item is written as it is, exactly. Rows in the words of the Responses
 * API, such as the Agents SDK in Python writes, are read as well.
 */
export const AGENTS_CODEC: ItemCodec<AgentInputItem> = {
  format: 'json',
  copy: json.copy,
  encode(item) {
    const text = json.encode(item)
    // Such a row would be read as Python's, so it is marked.
    const isPythons = readGiven('The item', () => itemWords(item)) === 'responses'
    return isPythons ? words.encode(toResponsesItem(json.decode(text))) : text
  },
  decode(text) {
    const item = json.decode(text)
    return itemWords(item) === 'responses' ? fromResponsesItem({ ...item }) : item
  },
}
