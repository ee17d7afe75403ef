import { foldText } from '@persql/session-core'
import { hasSpaceless, inPairs } from './spaceless-scripts.ts'

/** A character of a word, in a class of a regular expression. */
export const WORD = String.raw`\p{L}\p{N}\p{M}`
/** What joins parts of a word, so that people leave it out: `on-call`, `oncall`. The Hebrew ones among them. */
export const JOINTS = String.raw`'_\-\u05be\u05f3\u05f4`

/** A name such as `getUserName`. Names of products begin otherwise: JavaScript, iPhone. */
const CAMEL_CASE = /(?<![\p{L}\p{N}])\p{Ll}{2,}\p{N}*(?:\p{Lu}[\p{Ll}\p{N}]+)+/gu
const HUMP = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu
/** `v2.14.0`, which is version 2.14.0. */
const V_OF_VERSION = new RegExp(`(?<![${WORD}])v(?=\\d+\\.\\d)`, 'gu')
// Only from the beginning of a word on: from every character of it takes time in the square of its length.
const COMPOUND = new RegExp(`(?<![${WORD}])[${WORD}]+(?:[${JOINTS}][${WORD}]+)+`, 'gu')
const JOINT = new RegExp(`[${JOINTS}]`, 'gu')

/** ASCII without any of these, whose only difference is case, which the index itself does not see. */
const HAS_FORMS = /[^\t\n\r -~]|[A-Za-z0-9]['_-][A-Za-z0-9]|[a-z0-9][A-Z]|[vV]\d/

/** How much of a text is indexed. */
export const MAX_INDEXED = 100_000

/** The text with its words in the form in which they are compared, in their order. */
export function normalWords(text: string): string {
  const parted = text.replace(CAMEL_CASE, (name) => name.replace(HUMP, '_'))
  return foldText(parted).replace(V_OF_VERSION, '')
}

/**
 * What is indexed of a text: its {@link normalWords}, those of scripts without spaces in pairs of characters, and after
 * them the compound ones once more as one word.
 */
export function indexedText(text: string): string {
  const beginning = text.slice(0, MAX_INDEXED).toWellFormed()
  if (!HAS_FORMS.test(beginning)) return beginning
  const words = normalWords(beginning)
  const joined = words.match(COMPOUND)?.flatMap(joinedForms) ?? []
  return [inPairs(words, { last: true }), ...joined].join(' ')
}

/** A compound as one word, where people write it like that: not `user's`, whose one form is nothing but its plural. */
export function joinedForms(compound: string): string[] {
  return hasSpaceless(compound) || /^[^']*'s$/.test(compound) ? [] : [compound.replace(JOINT, '')]
}

/** Whether there is anything in a text that could be looked for. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text)
}
