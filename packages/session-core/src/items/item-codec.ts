import { StorageError } from '../driver/storage-error.ts'
import { copyJson } from './copy-json.ts'
import { parseJson, parsePlainJson, writeJson } from './json.ts'

/** Turns an item into the text of one row, and back. */
export interface ItemCodec<Item> {
  /**
   * `json`: the text is the item's plain JSON, so SQL can look inside, and text that does not decode is certainly
   * corrupt. `opaque`: anything else, such as encrypted text; the store then finds turns by decoding rows, and
   * never drops a row that it could not decode.
   */
  readonly format: 'json' | 'opaque'

  /** Returns the text of an item. Throws for one that `decode` could not give back unchanged. */
  encode(item: Item): string

  /** Returns the item of a text. Throws for text that is not an item. */
  decode(text: string): Item

  /**
   * Makes an independent copy of an item that `decode` gave, where that is faster than to decode its text again. Called
   * without `this`. Absent: the text is kept, and decoded again.
   */
  readonly copy?: ((item: Item) => Item) | undefined
}

export interface JsonCodecOptions {
  /**
   * For items that are shown and not written again: a number that JavaScript would change is decoded as raw JSON, as
   * by {@link exactNumber}. Default: false.
   */
  readonly exactNumbers?: boolean | undefined
}

/**
 * The default codec: JSON that gives back exactly what went in, fields of unknown name included.
 *
 * A `Uint8Array` is written as `{"$bytes":"<base64>"}`; a plain object of that form gets one more `$`, so the two
 * cannot be confused. A property that is `undefined` is left out, as in JSON. Refused with `INVALID_ITEM` and the
 * path: an item that is not an object, `undefined` in an array, BigInt, functions, symbols, cycles, class instances
 * other than `Uint8Array`, numbers that are not finite, nesting of more than 500 levels, and what throws when it is
 * read. `decode` takes the JSON of any object that SQLite can read as well, and throws a `SyntaxError` for everything
 * else. No error quotes the item or the text.
 */
export function jsonCodec<Item>({ exactNumbers = false }: JsonCodecOptions = {}): ItemCodec<Item> {
  return (exactNumbers ? EXACT : USUAL) as ItemCodec<Item>
}

// The same each time, so that what one store has read is known to another one. Raw JSON cannot be copied.
const USUAL: ItemCodec<unknown> = { ...codec({}), copy: copyJson }
const EXACT = codec({ exactNumbers: true })

function codec(options: JsonCodecOptions): ItemCodec<unknown> {
  return { format: 'json', encode, decode: (text) => decode(text, options) }
}

function encode(item: unknown): string {
  if (mayBeItem(item)) return writeJson(item)
  throw new StorageError('INVALID_ITEM', 'It is not an object.', { itemPath: '' })
}

function decode(text: string, options: JsonCodecOptions): unknown {
  const item = parseJson(text, options)
  // An item is never bytes, whoever wrote an object that looks like them.
  if (item instanceof Uint8Array) return parsePlainJson(text, options)
  if (!isItem(item)) throw new SyntaxError('The JSON is not that of an object.')
  return item
}

/** True of what throws when it is looked at, of which `writeJson` says so. */
function mayBeItem(value: unknown): boolean {
  try {
    return isItem(value)
  } catch {
    return true
  }
}

function isItem(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}
