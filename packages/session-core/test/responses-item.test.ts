import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromResponsesItem, itemWords, jsonCodec, toResponsesItem } from '../src/index.ts'

interface Vector {
  readonly name: string
  readonly js: object
  readonly responses: object
  /** In whose words each of the two is. */
  readonly words: Readonly<Record<'js' | 'responses', string>>
}

const path = join(import.meta.dirname, '../../../fixtures/one-history.json')
const VECTORS = JSON.parse(readFileSync(path, 'utf8')) as Vector[]
const codec = jsonCodec<object>()
const asRead = (row: object) => codec.decode(JSON.stringify(row))

test.each(VECTORS.map((vector) => [vector.name, vector] as const))('says both ways: %s', (_, vector) => {
  const [js, responses] = [asRead(vector.js), asRead(vector.responses)]
  expect(toResponsesItem(js)).toEqual(responses)
  expect(fromResponsesItem(responses)).toEqual(js)
})

test.each(VECTORS.map((vector) => [vector.name, vector] as const))('knows the words of: %s', (_, vector) => {
  expect(itemWords(asRead(vector.js))).toBe(vector.words.js)
  const words = itemWords(asRead(vector.responses))
  expect(words).toBe(vector.words.responses)
  // What the Responses API has no words for stays as it is.
  if (words === 'js') expect(vector.responses).toEqual(vector.js)
})

const TYPES = [
  ...new Set(
    VECTORS.flatMap(({ js, responses }) => [js, responses]).map((item) => (item as { type?: string }).type),
  ),
]
const FIELDS = [
  ...new Set(VECTORS.flatMap(({ js, responses }) => [js, responses].flatMap((item) => Object.keys(item)))),
]
const SAID = VECTORS.flatMap(({ js, responses }) => [js, responses].flatMap((item) => Object.values(item)))

/** Items of all types with fields of others, so that nothing stands where it is expected. */
const item = fc
  .tuple(
    fc.constantFrom(...TYPES),
    fc.dictionary(
      fc.constantFrom(...FIELDS, 'future_field', 'futureField', '__proto__'),
      fc.oneof(
        fc.constantFrom(...SAID),
        fc.jsonValue(),
        fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
      ),
    ),
  )
  .map(([type, fields]) => ({ ...fields, ...(type !== undefined && { type }) }) as object)

test('gives back an item that equals the one it was given, whatever that holds', () => {
  fc.assert(
    fc.property(item, (js) => {
      expect(fromResponsesItem(toResponsesItem(js))).toEqual(js)
    }),
    { numRuns: 5000 },
  )
})

test('gives back an item in the words of the Responses API that equals the one it was given', () => {
  fc.assert(
    fc.property(item, (responses) => {
      fc.pre(itemWords(responses) !== 'js' && !/agents_js|responsesData/.test(JSON.stringify(responses)))
      expect(toResponsesItem(fromResponsesItem(responses))).toEqual(responses)
    }),
    { numRuns: 5000 },
  )
})

test('gives back what the text of a row gives back', () => {
  fc.assert(
    fc.property(item, (js) => {
      const row = codec.encode(toResponsesItem(js))
      expect(fromResponsesItem(codec.decode(row))).toEqual(js)
    }),
  )
})

test('changes nothing in what it was given', () => {
  for (const vector of VECTORS) {
    const [js, responses] = [asRead(vector.js), asRead(vector.responses)]
    toResponsesItem(js)
    fromResponsesItem(responses)
    expect([js, responses]).toEqual([asRead(vector.js), asRead(vector.responses)])
  }
})
