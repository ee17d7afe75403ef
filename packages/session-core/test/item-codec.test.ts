import { inspect } from 'node:util'
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
    [{ a: [{ $bytes: new Uint8Array([1]) }] }],
  ])('does not confuse %j with bytes', (item) => {
    expect(roundTrip(item)).toStrictEqual(item)
  })

  test('leaves an object alone that only looks like bytes, as others may have written it', () => {
    expect(codec.decode('{"$bytes":"not base64!"}')).toEqual({ $bytes: 'not base64!' })
    expect(codec.decode('{"$bytes":1234}')).toEqual({ $bytes: 1234 })
  })

  test('gives back a Buffer as a plain Uint8Array, and large bytes whole', () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256)
    expect(roundTrip({ bytes: Buffer.from(bytes) })).toStrictEqual({ bytes })
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

  const cyclic: { list: unknown[] } = { list: [] }
  cyclic.list.push({ again: cyclic })

  test.each<[unknown, string]>([
    [undefined, 'It is not an object.'],
    [
      { a: Number.NaN },
      'Its value at a is a number that is not finite, which JSON cannot give back unchanged.',
    ],
    [{ a: [undefined] }, 'Its value at a[0] is undefined, which JSON cannot give back unchanged.'],
    [{ a: 1n }, 'Its value at a is a bigint, which JSON cannot give back unchanged.'],
    [{ a: new Map() }, 'Its value at a is an instance of a class, which JSON cannot give back unchanged.'],
    [{ [Symbol('s')]: 1 }, 'It is an object with a symbol as a key, which JSON cannot give back unchanged.'],
    [
      cyclic,
      'Its value at list[0].again is a reference to an object around it, which JSON cannot give back unchanged.',
    ],
  ])('says what it cannot take, and where', (item, message) => {
    expect(() => codec.encode(item)).toThrow(message)
  })

  const nested = (levels: number): unknown => {
    let value: unknown = 1
    for (let level = 1; level < levels; level++) value = level % 2 ? [value] : { value }
    return { value }
  }
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
    ['infinity', { a: [Number.POSITIVE_INFINITY] }, 'a[0]'],
    ['undefined in an array', { a: [1, undefined] }, 'a[1]'],
    ['a hole in an array', { a: new Array(1) }, 'a[0]'],
    ['undefined', undefined, ''],
    ['null', null, ''],
    ['a text', 'text', ''],
    ['a number', 5, ''],
    ['true', true, ''],
    ['a list', [{ role: 'user' }], ''],
    ['bytes', new Uint8Array(1), ''],
    ['an array with a name', { a: Object.assign([1], { more: 1 }) }, 'a'],
    ['an array with a symbol', { a: Object.assign([1], { [Symbol('s')]: 1 }) }, 'a'],
    ['a Date', { at: new Date(0) }, 'at'],
    ['a Map', { m: new Map() }, 'm'],
    ['another typed array', { t: new Float32Array(1) }, 't'],
    ['an instance of a class', { m: new Message() }, 'm'],
    ['an instance of a class that looks like Object', { o: new Lookalike() }, 'o'],
    ['an object whose prototype has none', { o: Object.create(Object.create(null)) }, 'o'],
    ['a boxed string', { s: Object('text') }, 's'],
    ['a cycle', cyclic, 'list[0].again'],
  ])('refuses %s, with its path', (_name, item, itemPath) => {
    expect(() => codec.encode(item)).toThrow(expect.objectContaining({ code: 'INVALID_ITEM', itemPath }))
  })

  test('takes what is nested as deep as every reader of the table can follow, and refuses the rest', () => {
    expect(roundTrip(nested(500))).toStrictEqual(nested(500))
    for (const levels of [501, 100_000]) {
      expect(() => codec.encode(nested(levels))).toThrow(
        expect.objectContaining({
          code: 'INVALID_ITEM',
          message: expect.stringContaining('nested deeper than 500 levels'),
        }),
      )
    }
  })

  test('reads what others have nested as deep as SQLite can read it', () => {
    expect(codec.decode(JSON.stringify(nested(1000)))).toStrictEqual(nested(1000))
    const tooDeep = `${'{"a":'.repeat(1001)}1${'}'.repeat(1001)}`
    expect(() => codec.decode(tooDeep)).toThrow('nested deeper than 1000 levels')
  })

  test.each(['null', '5', 'true', '"text"', '[]', '[{}]', ' [{"role":"user"}]', '{"cut', '', 'hunter2'])(
    'takes %j for no item, and quotes nothing of it',
    (text) => {
      expect(() => codec.decode(text)).toThrow(
        expect.objectContaining({
          name: 'SyntaxError',
          message: expect.not.stringMatching(/hunter2|cut|user/),
        }),
      )
    },
  )

  test('takes an object for an item, also where it looks like bytes as a whole', () => {
    expect(codec.decode('{"$bytes":"AA=="}')).toEqual({ $bytes: 'AA==' })
    expect(roundTrip({ $bytes: 'AA==' })).toEqual({ $bytes: 'AA==' })
  })

  const throwing = {
    get text(): string {
      throw new Error('hunter2')
    },
  }
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const trapped = new Proxy(
    { a: 1 },
    {
      ownKeys() {
        throw new RangeError('hunter2')
      },
    },
  )

  test.each<[string, unknown, string | undefined]>([
    ['a getter', { a: [throwing] }, 'a[0].text'],
    ['a revoked proxy', { a: revoked.proxy }, 'a'],
    ['a proxy as a whole', trapped, ''],
    ['toJSON', { a: { toJSON: () => 'hunter2' } }, 'a.toJSON'],
    [
      'toJSON that throws when it is read',
      { a: Object.defineProperty({}, 'toJSON', { enumerable: true, get: () => throwing.text }) },
      'a.toJSON',
    ],
  ])('refuses what throws when it is read without the text that it throws: %s', (_, item, itemPath) => {
    let thrown: unknown
    try {
      codec.encode(item)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'INVALID_ITEM', itemPath })
    expect(inspect(thrown)).not.toContain('hunter2')
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
      fc.property(value, (value) => {
        expect(roundTrip({ value })).toStrictEqual({ value })
      }),
    )
  })

  test('writes what JSON.stringify writes, for what JSON can hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = JSON.parse(JSON.stringify({ value })) as unknown
        fc.pre(!JSON.stringify(plain).includes('bytes"'))
        expect(codec.encode(plain)).toBe(JSON.stringify(plain))
      }),
    )
  })
})
