/**
 * An independent copy of what `JSON.parse` gave, in which bytes may stand. Several times faster than to parse it again: a
 * spread copies all properties of an object at once.
 */
export function copyJson<Value>(value: Value): Value {
  if (!isObject(value)) return value
  if (Array.isArray(value) || value instanceof Uint8Array) return copyInside(value) as Value
  // In a place of its own: V8 has a fast way for the few forms that items have, but not for those of all that is in them.
  return copyProperties({ ...value })
}

function copyInside(value: object): unknown {
  if (value instanceof Uint8Array) return value.slice()
  if (!Array.isArray(value)) return copyProperties({ ...value })
  const copy = new Array<unknown>(value.length)
  for (let index = 0; index < copy.length; index++) {
    const element: unknown = value[index]
    copy[index] = isObject(element) ? copyInside(element) : element
  }
  return copy
}

function copyProperties<Properties extends object>(shared: Properties): Properties {
  const copy = shared as Record<string, unknown>
  for (const key in copy) {
    const property = copy[key]
    // What a program has added to all objects is no part of it.
    if (isObject(property) && Object.hasOwn(copy, key)) copy[key] = copyInside(property)
  }
  return shared
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
