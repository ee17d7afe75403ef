export type Item = Record<string, unknown>

/** `{ n: 0 }`, `{ n: 1 }` and so on. */
export const numbered = (count: number): Item[] => Array.from({ length: count }, (_, n) => ({ n }))
