import { isExactNumber } from './exact-number.ts'

/** An independent copy of what {@link parseJson} gave. Several times faster than to parse it again. */
export function copyJson<Value>(value: Value): Value {
  return (typeof value === 'object' && value !== null ? copyObject(value) : value) as Value
}

function copyObject(value: object): unknown {
  if (Array.isArray(value)) {
    const copy = new Array(value.length)
    for (let index = 0; index < value.length; index++) copy[index] = copyJson(value[index])
    return copy
  }
  if (value instanceof Uint8Array) return value.slice()
  if (isExactNumber(value)) return value
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const property = copyJson((value as Record<string, unknown>)[key])
    if (key === '__proto__') Object.defineProperty(copy, key, { ...DATA, value: property })
    else copy[key] = property
  }
  return copy
}

const DATA = { configurable: true, enumerable: true, writable: true }
