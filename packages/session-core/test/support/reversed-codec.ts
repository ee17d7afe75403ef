import { type ItemCodec, jsonCodec } from '../../src/index.ts'

/** Stands for encryption: the text is not JSON. */
export function reversedCodec<Item>(): ItemCodec<Item> {
  const json = jsonCodec<Item>()
  const reverse = (text: string) => [...text].reverse().join('')
  return {
    format: 'opaque',
    encode: (item) => `#${reverse(json.encode(item))}`,
    decode: (text) => json.decode(reverse(text.slice(1))),
  }
}
