import type { Fields } from '../fields.ts'
import { itemWords } from './item-words.ts'
import { fromResponsesItem, toResponsesItem } from './responses-item.ts'

/** In whose words the items of a session shall be: those that both Agents SDKs read, or those of the one in TypeScript. */
export type SessionWords = 'shared' | 'js'

/** The item in these words; the very same one where it already is in them. */
export function convertItem(item: object, to: SessionWords): object {
  const words = itemWords(item)
  const { type, role } = item as Fields
  const isInput = role === 'user' || role === 'system'
  if (to === 'js')
    return words === 'responses' || (words === 'both' && !isInput) ? fromResponsesItem(item) : item
  // Both may say so, but only the SDK in TypeScript makes it so by itself.
  const isTyped = words === 'both' && isInput && type === 'message'
  if (words !== 'js' && !isTyped) return item
  const said = toResponsesItem(item)
  return itemWords(said) === 'js' ? item : said
}
