interface RawJson {
  rawJSON?(source: string): object
  isRawJSON?(value: unknown): boolean
}

const { rawJSON, isRawJSON } = JSON as RawJson

/**
 * For `JSON.parse`: a number that JavaScript would change, such as `1254071346418286654` or `1e400`, becomes raw JSON,
 * which `JSON.stringify` writes just as it was. Browsers that have no raw JSON change such numbers.
 */
export function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value
  return rawJSON?.(source) ?? value
}

/** Returns true for what {@link exactNumber} has made. */
export function isExactNumber(value: unknown): boolean {
  return isRawJSON?.(value) ?? false
}
