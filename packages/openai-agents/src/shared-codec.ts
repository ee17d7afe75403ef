import { type ItemCodec, jsonCodec } from '@persql/session-core'
import type { AgentInputItem } from './agents-sdk.ts'
import { fromResponsesItem, type ResponsesItem, toResponsesItem } from './responses-item.ts'

const json = jsonCodec<AgentInputItem>()
const words = jsonCodec<ResponsesItem>()

const SHARED: ItemCodec<AgentInputItem> = {
  format: 'json',
  copy: json.copy,
  encode: (item) => words.encode(toResponsesItem(json.decode(json.encode(item)))),
  decode: (text) => fromResponsesItem(words.decode(text)),
}

/**
 * A codec for histories that agents in TypeScript and in Python share: an item is written in the words of the Responses
 * API, which the sessions of the Agents SDK in Python store and send as they are. What was written is read back exactly,
 * and so are rows in the words of either SDK, whatever codec they were written with.
 */
export function sharedCodec(): ItemCodec<AgentInputItem> {
  return SHARED
}
