import * as core from '@persql/session-core'
import type { AgentInputItem } from './agents-sdk.ts'

/** An item in the words of the Responses API, as the Agents SDK in Python stores and sends it. */
export type ResponsesItem = Record<string, unknown>

/**
 * The item in the words of the Responses API. What those cannot say stands in the field `provider_data.agents_js`, which
 * the Agents SDK in Python never sends to OpenAI, and from which {@link fromResponsesItem} gives back an item that equals
 * this one.
 */
export function toResponsesItem(item: AgentInputItem): ResponsesItem {
  return core.toResponsesItem(item)
}

/**
 * The item as a session of the Agents SDK in TypeScript would hold it. What that has no place for stands in the field
 * `responsesData`, which the SDK never sends, and from which {@link toResponsesItem} gives back an item that equals this
 * one. An item that already is in the words of the Agents SDK in TypeScript is returned as it is.
 */
export function fromResponsesItem(item: ResponsesItem): AgentInputItem {
  return core.fromResponsesItem(item) as unknown as AgentInputItem
}
