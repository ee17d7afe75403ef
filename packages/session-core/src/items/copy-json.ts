/**
 * An independent copy of what `JSON.parse` gave, in which bytes may stand. Several times faster than to parse it again: a
 * spread copies all properties of an object at once.
 */
export function copyJson<Value>(value: Value): Value {
  return (isObject(value) ? copyObject(value) : value) as Value
}

function copyObject(value: object): unknown {
  if (value instanceof Uint8Array) return value.slice()
  if (Array.isArray(value)) return value.map(copyJson)
  const copy: Record<string, unknown> = { ...value }
  for (const key in copy) {
    const property = copy[key]
    // What a program has added to all objects is no part of it.
    if (isObject(property) && Object.hasOwn(copy, key)) copy[key] = copyObject(property)
  }
  return copy
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
