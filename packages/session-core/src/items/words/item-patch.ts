import { isExactNumber } from '../exact-number.ts'
import { type Fields, isFields } from '../fields.ts'

/**
 * What makes one value out of another: `[]` takes it away, `[value]` puts that in its place, and an object says it of
 * single fields, or of the elements of an array by their index.
 */
export type ItemPatch = readonly [] | readonly [unknown] | { readonly [field: string]: ItemPatch }

/** The patch that makes `to` out of `from`; nothing where they are equal. A field that is undefined is absent. */
export function diffItems(from: unknown, to: unknown): ItemPatch | undefined {
  if (Object.is(from, to)) return undefined
  if (isFields(from) && isFields(to)) {
    return patchOf([...new Set([...Object.keys(from), ...Object.keys(to)])], from, to)
  }
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length) {
    return patchOf(Object.keys(from), from as unknown as Fields, to as unknown as Fields)
  }
  return isSameLeaf(from, to) ? undefined : [to]
}

function patchOf(keys: readonly string[], from: Fields, to: Fields): ItemPatch | undefined {
  const parts: [string, ItemPatch][] = []
  for (const key of keys) {
    const [before, after] = [own(from, key), own(to, key)]
    const part: ItemPatch | undefined =
      after !== undefined ? diffItems(before, after) : before !== undefined ? [] : undefined
    if (part) parts.push([key, part])
  }
  return parts.length === 0 ? undefined : Object.fromEntries(parts)
}

function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined
}

function isSameLeaf(one: unknown, other: unknown): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) {
    return one.length === other.length && one.every((byte, index) => byte === other[index])
  }
  return isExactNumber(one) && isExactNumber(other) && JSON.stringify(one) === JSON.stringify(other)
}

export function patchItem(value: unknown, patch: ItemPatch): unknown {
  if (isReplacement(patch)) return patch[0]
  if (Array.isArray(value)) {
    return value.map((element, index) => {
      const part = Object.hasOwn(patch, index) ? patch[index] : undefined
      return part ? patchItem(element, part) : element
    })
  }
  const patched = new Map(Object.entries(isFields(value) ? value : {}))
  for (const [key, part] of Object.entries(patch)) {
    if (isReplacement(part) && part.length === 0) patched.delete(key)
    else patched.set(key, patchItem(patched.get(key), part))
  }
  return Object.fromEntries(patched)
}

export function isItemPatch(value: unknown): value is ItemPatch {
  if (Array.isArray(value)) return value.length <= 1
  return isFields(value) && Object.values(value).every(isItemPatch)
}

function isReplacement(patch: ItemPatch): patch is readonly [] | readonly [unknown] {
  return Array.isArray(patch)
}
