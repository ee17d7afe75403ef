import { checkName } from '../arguments/check-text.ts'

/**
 * Returns the id of an entity: `e_billing-meter` for `Billing meter`. Names that differ only in case or punctuation
 * are one.
 */
export function entityId(name: string): string {
  const slug = checkName('name of the entity', name)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
  // A name of nothing but symbols is its code points.
  const id = slug || Array.from(name.trim(), (character) => character.codePointAt(0)!.toString(16)).join('-')
  return `e_${id}`
}
