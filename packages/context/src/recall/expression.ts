/** Words that follow each other, in their normal form; with `prefix`, of the last one only the beginning. */
export interface Phrase {
  readonly text: string
  readonly prefix: boolean
}

export type Expression =
  | { readonly phrase: Phrase }
  | { readonly near: readonly Phrase[]; readonly distance: number }
  | { readonly operator: 'AND' | 'OR' | 'NOT'; readonly operands: readonly Expression[] }
