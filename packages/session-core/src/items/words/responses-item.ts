import { type Fields, fieldsOf, isFields } from '../fields.ts'
import { fromResponses } from './from-responses.ts'
import { diffItems, type ItemPatch, isItemPatch, patchItem } from './item-patch.ts'
import { itemWords, ONLY_JS, ONLY_RESPONSES } from './item-words.ts'
import { toResponses } from './to-responses.ts'

/**
 * An item of the Agents SDK in TypeScript, in the words of the Responses API. What those cannot say stands in the field
 * `provider_data.agents_js`, from which {@link fromResponsesItem} gives back an item that equals this one, whatever it
 * holds. Never throws for data of JSON and bytes.
 */
export function toResponsesItem(item: object): Record<string, unknown> {
  const given = item as Fields
  const words =
    itemWords(given) === 'responses'
      ? given
      : withPatch(toResponses(without(given, ONLY_RESPONSES)), given[ONLY_RESPONSES])
  const missing = diffItems(readBack(words), given)
  if (!missing) return words
  // The converters of the SDK in Python take a message with more than a role and a content only if it names its type.
  const typed = isFields(words) && typeof words['role'] === 'string' ? { type: 'message', ...words } : words
  const patched = withJsData(typed, diffItems(fromWords(typed), given) ?? {})
  return diffItems(readBack(patched), given) ? withJsData(typed, [given]) : patched
}

/**
 * An item in the words of the Responses API, as a session of the Agents SDK in TypeScript would hold it. What that has
 * no place for stands in the field `responsesData`, which the SDK never sends, and from which {@link toResponsesItem}
 * gives back an item that equals this one. An item in the words of the SDK in TypeScript is returned as it is.
 */
export function fromResponsesItem(item: object): Record<string, unknown> {
  return readBack(item as Fields)
}

function readBack(item: Fields): Record<string, unknown> {
  return itemWords(item) === 'js' ? item : fromWords(item)
}

function fromWords(item: Fields): Record<string, unknown> {
  const provided = fieldsOf(item['provider_data'])
  const patch = provided[ONLY_JS]
  if (!isItemPatch(patch)) return fromPlainWords(item)
  const rest = without(provided, ONLY_JS)
  const plain = {
    ...without(item, 'provider_data'),
    ...(Object.keys(rest).length > 0 && { provider_data: rest }),
  }
  const patched = patchItem(fromPlainWords(plain), patch)
  return isFields(patched) ? patched : fromPlainWords(plain)
}

function fromPlainWords(item: Fields): Record<string, unknown> {
  const known = fromResponses(item)
  if (Object.hasOwn(known, ONLY_RESPONSES)) return item
  const missing = diffItems(toResponses(known), item)
  return missing ? { ...known, [ONLY_RESPONSES]: missing } : known
}

function withPatch(words: Fields, patch: unknown): Record<string, unknown> {
  const patched = isItemPatch(patch) ? patchItem(words, patch) : words
  return isFields(patched) ? patched : words
}

function withJsData(words: Fields, patch: ItemPatch): Record<string, unknown> {
  return { ...words, provider_data: { ...fieldsOf(words['provider_data']), [ONLY_JS]: patch } }
}

function without(fields: Fields, field: string): Fields {
  if (!Object.hasOwn(fields, field)) return fields
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== field))
}
