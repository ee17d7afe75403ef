import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { type ItemCodec, jsonCodec } from '../src/index.ts'

let codec: ItemCodec<unknown>

beforeEach(() => {
  codec = jsonCodec()
})

const roundTrip = (item: unknown) => codec.decode(codec.encode(item))

describe('jsonCodec', () => {
  test('writes bytes as base64, which other languages can read', () => {
    expect(codec.encode({ image: new Uint8Array([0, 255, 16]) })).toBe('{"image":{"$bytes":"AP8Q"}}')
  })

  test.each([
    [{ $bytes: 'AP8Q' }],
    [{ $$bytes: 'AP8Q' }],
    [{ $bytes: { $bytes: 1 } }],
    [{ $bytes: 'AP8Q', more: 1 }],
    [{ a$bytes: 'AP8Q' }],
    [{ $bytesize: 'AP8Q' }],
    [[{ $bytes: new Uint8Array([1]) }]],
  ])('does not confuse %j with bytes', (item) => {
    expect(roundTrip(item)).toStrictEqual(item)
  })

  test('leaves an object alone that only looks like bytes, as others may have written it', () => {
    expect(codec.decode('{"$bytes":"not base64!"}')).toEqual({ $bytes: 'not base64!' })
    expect(codec.decode('{"$bytes":1234}')).toEqual({ $bytes: 1234 })
  })

  test('gives back a Buffer as a plain Uint8Array, and large bytes whole', () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256)
    expect(roundTrip(Buffer.from(bytes))).toStrictEqual(bytes)
  })

  test('leaves out properties that are undefined', () => {
    expect(codec.encode({ a: undefined, b: 1 })).toBe('{"b":1}')
  })

  test('takes plain objects without a prototype and of another realm', () => {
    expect(roundTrip(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 })
    expect(roundTrip(runInNewContext('({ a: [1] })'))).toEqual({ a: [1] })
    const bytes = new Uint8Array([1])
    expect(roundTrip(Object.assign(Object.create(null), { bytes }))).toEqual({ bytes })
  })

  test('keeps a "__proto__" key as data', () => {
    const item = JSON.parse('{"__proto__":{"polluted":true},"bytes":{"$bytes":"AA=="}}') as object
    const read = codec.decode(codec.encode(item)) as object
    expect(Object.keys(read)).toEqual(['__proto__', 'bytes'])
    expect('polluted' in read).toBe(false)
  })

  test('takes the same object in two places, and leaves out what is undefined, next to bytes as well', () => {
    const shared = { bytes: new Uint8Array([1]), none: undefined }
    expect(codec.encode({ a: shared, b: [shared] })).toBe(
      '{"a":{"bytes":{"$bytes":"AQ=="}},"b":[{"bytes":{"$bytes":"AQ=="}}]}',
    )
  })

  test('names the place of a value that comes after others', () => {
    const item = { a: { b: [new Uint8Array(1), { c: 1 }] }, d: [0, Number.NaN] }
    expect(() => codec.encode(item)).toThrow(expect.objectContaining({ itemPath: 'd[1]' }))
  })

  const cyclic: unknown[] = []
  cyclic.push({ again: cyclic })

  test.each<[unknown, string]>([
    [Number.NaN, 'It is a number that is not finite, which JSON cannot give back unchanged.'],
    [[undefined], 'Its value at [0] is undefined, which JSON cannot give back unchanged.'],
    [{ a: 1n }, 'Its value at a is a bigint, which JSON cannot give back unchanged.'],
    [{ a: new Map() }, 'Its value at a is an instance of a class, which JSON cannot give back unchanged.'],
    [{ [Symbol('s')]: 1 }, 'It is an object with a symbol as a key, which JSON cannot give back unchanged.'],
    [
      cyclic,
      'Its value at [0].again is a reference to an object around it, which JSON cannot give back unchanged.',
    ],
  ])('says what it cannot take, and where', (item, message) => {
    expect(() => codec.encode(item)).toThrow(message)
  })

  let deep: unknown = 1
  for (let depth = 0; depth < 100_000; depth++) deep = [deep]
  class Message {}
  class Lookalike {
    isPrototypeOf() {}
  }

  test.each<[string, unknown, string]>([
    ['a BigInt', { a: [{ n: 1n }] }, 'a[0].n'],
    ['a function', { call: () => 1 }, 'call'],
    ['a symbol', { s: Symbol('s') }, 's'],
    ['a symbol as a key', { o: { [Symbol('s')]: 1 } }, 'o'],
    ['NaN', { 'strange key': [Number.NaN] }, '["strange key"][0]'],
    ['infinity', [Number.POSITIVE_INFINITY], '[0]'],
    ['undefined in an array', { a: [1, undefined] }, 'a[1]'],
    ['a hole in an array', { a: new Array(1) }, 'a[0]'],
    ['undefined', undefined, ''],
    ['a Date', { at: new Date(0) }, 'at'],
    ['a Map', { m: new Map() }, 'm'],
    ['another typed array', { t: new Float32Array(1) }, 't'],
    ['an instance of a class', { m: new Message() }, 'm'],
    ['an instance of a class that looks like Object', { o: new Lookalike() }, 'o'],
    ['an object whose prototype has none', { o: Object.create(Object.create(null)) }, 'o'],
    ['a boxed string', { s: Object('text') }, 's'],
    ['a cycle', cyclic, '[0].again'],
  ])('refuses %s, with its path', (_name, item, itemPath) => {
    expect(() => codec.encode(item)).toThrow(expect.objectContaining({ code: 'INVALID_ITEM', itemPath }))
  })

  test('refuses what is nested too deep for this process', () => {
    expect(() => codec.encode(deep)).toThrow(
      expect.objectContaining({ code: 'INVALID_ITEM', message: expect.stringContaining('nested too deep') }),
    )
  })

  test('keeps the content out of its errors', () => {
    const thrown = (() => {
      try {
        return codec.encode({ a: 'hunter2', b: [new Date('2020-02-02')] })
      } catch (error) {
        return String(error)
      }
    })()
    expect(thrown).toContain('b[0]')
    expect(thrown).not.toMatch(/hunter2|2020/)
  })

  test('gives back whatever JSON and bytes can hold', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom(null, true, false, -0, 0, Number.MAX_VALUE, Number.MIN_VALUE),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.string({ unit: 'binary' }),
        fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
        fc.array(tie('value')),
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$bytes', '$$bytes', '$$$bytes')), tie('value'), {
          noNullPrototype: true,
          maxKeys: 3,
        }),
      ),
    }))
    fc.assert(
      fc.property(value, (item) => {
        expect(roundTrip(item)).toStrictEqual(item)
      }),
    )
  })

  test('writes what JSON.stringify writes, for what JSON can hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (item) => {
        const plain = JSON.parse(JSON.stringify(item)) as unknown
        fc.pre(!JSON.stringify(plain).includes('bytes"'))
        expect(codec.encode(plain)).toBe(JSON.stringify(plain))
      }),
    )
  })
})
