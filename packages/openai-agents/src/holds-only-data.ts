/** False for accessors, symbol keys and properties that are not enumerable: their value may differ next time. */
export function holdsOnlyData(value: unknown, seen: Set<object> = new Set()): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || seen.has(value))
    return true
  seen.add(value)
  return Reflect.ownKeys(value).every((key) => {
    if (key === 'length' && Array.isArray(value)) return true
    const property = Object.getOwnPropertyDescriptor(value, key)
    return (
      typeof key === 'string' &&
      property?.enumerable === true &&
      'value' in property &&
      holdsOnlyData(property.value, seen)
    )
  })
}
