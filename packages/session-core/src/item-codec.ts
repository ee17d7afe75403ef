import { parseJson, writeJson } from './json.ts'

/** Turns an item into the text of one row, and back. */
export interface ItemCodec<Item> {
  /**
   * `json`: the text is the item's plain JSON, so SQL can look inside, and text that does not decode is certainly
   * corrupt. `opaque`: anything else, such as encrypted text; the store then finds turns by decoding rows, and
   * never drops a row that it could not decode.
   */
  readonly format: 'json' | 'opaque'

  /** Throws for an item that `decode` could not give back unchanged. */
  encode(item: Item): string

  /** Throws for text that is not an item. */
  decode(text: string): Item
}

/**
 * The default codec: JSON that gives back exactly what went in, fields of unknown name included.
 *
 * A `Uint8Array` is written as `{"$bytes":"<base64>"}`; a plain object of that form gets one more `$`, so the two
 * cannot be confused. A property that is `undefined` is left out, as in JSON. Refused with `INVALID_ITEM` and the
 * path: `undefined` on its own or in an array, BigInt, functions, symbols, cycles, class instances other than
 * `Uint8Array`, and numbers that are not finite.
 */
export function jsonCodec<Item>(): ItemCodec<Item> {
  return { format: 'json', encode: (item) => writeJson(item), decode: (text) => parseJson(text) as Item }
}
