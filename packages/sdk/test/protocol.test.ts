import { expect, test, vi } from 'vitest'
import {
  costUsd,
  decodeCells,
  decodeValue,
  encodeCell,
  encodeValue,
  encodeValues,
  isBranchRef,
  isSlug,
  pathOf,
  ROUTES,
  rowObjects,
  toSlug,
} from '../src/protocol/index.ts'

const BYTES = Uint8Array.from({ length: 256 }, (_, index) => index)
const values = [
  null,
  '',
  'naïve 🙂',
  0,
  -1.5,
  2 ** 53 - 1,
  1e300,
  2n ** 53n,
  -(2n ** 63n),
  BYTES,
  new Uint8Array(),
]

test('gives back every SQL value through JSON', () => {
  expect(decodeCells(JSON.parse(JSON.stringify(encodeValues(values))))).toStrictEqual(values)
})

test('gives back infinite cells through JSON, and has no such parameters', () => {
  const cells = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.5, null, BYTES]
  expect(decodeCells(JSON.parse(JSON.stringify(cells.map(encodeCell))))).toStrictEqual(cells)
  for (const $number of ['Infinity', 'NaN', 7, null]) {
    expect(() => decodeValue({ $number })).toThrow(TypeError)
    if ($number !== 'Infinity') expect(() => decodeCells([{ $number }])).toThrow(TypeError)
  }
  expect(() => decodeCells([{ $number: 'Infinity', $bytes: '' }])).toThrow(TypeError)
  expect(() => encodeValue(Number.POSITIVE_INFINITY)).toThrow(TypeError)
  expect(() => encodeCell(Number.NaN)).toThrow(TypeError)
})

test('makes an object of each row that loses no column, whatever the names', () => {
  const columns = ['n', 'n', 'n_2', 'n', '__proto__']
  expect(JSON.stringify(rowObjects({ columns, rows: [[1, 2, 3, 4, 5]] }))).toBe(
    '{"columns":["n","n_3","n_2","n_4","__proto__"],"rows":[{"n":1,"n_3":2,"n_2":3,"n_4":4,"__proto__":5}]}',
  )
})

test('sends plain values as they are, in the list that was given', () => {
  const plain = ['a', 1, null]
  expect(encodeValues(plain)).toBe(plain)
})

test('sends a view of a part of a buffer as that part', () => {
  expect(encodeValue(BYTES.subarray(1, 3))).toEqual({ $bytes: 'AQI=' })
  expect(encodeValue(Buffer.from('hi'))).toEqual({ $bytes: 'aGk=' })
})

test.each(['Buffer', 'nothing'])('codes bytes where the platform has %s', async (platform) => {
  vi.resetModules()
  if (platform === 'nothing') vi.stubGlobal('Buffer', undefined)
  const { fromBase64, toBase64 } = await import('../src/protocol/base64.ts')
  const long = new Uint8Array(100_000).fill(7)
  for (const bytes of [BYTES, long, new Uint8Array()])
    expect(fromBase64(toBase64(bytes))).toStrictEqual(bytes)
  vi.unstubAllGlobals()
})

test.each([
  undefined,
  {},
  [],
  { a: 1 },
  { $bytes: 1 },
  { $bytes: 'a' },
  { $bytes: 'a===' },
  { $bytes: '!!!!' },
  { $bigint: 7 },
  { $bigint: '' },
  { $bigint: '0x10' },
  { $bigint: '9223372036854775808' },
  { $bigint: '1', $bytes: '' },
])('refuses %j as a value in JSON', (value) => {
  expect(() => decodeValue(value)).toThrow(TypeError)
})

test('takes booleans for 1 and 0, and small integers in the long form for numbers', () => {
  expect([true, false, { $bigint: '-7' }].map(decodeValue)).toEqual([1, 0, -7])
})

test('fills paths with one encoded segment for each parameter', () => {
  expect(pathOf(ROUTES.mergeBranch, { ns: 'acme', db: 'orders', ref: 'feat/x?#%' })).toBe(
    '/v1/db/acme/orders/branches/feat%2Fx%3F%23%25/merge',
  )
})

test.each(['', '.', '..', '\ud800', 7])('refuses %j as a segment', (slug) => {
  expect(() => pathOf(ROUTES.getDatabase, { slug: slug as string })).toThrow(TypeError)
})

test.each([
  ['Agent State', 'agent-state'],
  ['  Zürich -- 7 ', 'zurich-7'],
  ['漢字', ''],
  ['x'.repeat(80), 'x'.repeat(63)],
])('makes of the name "%s" the slug "%s"', (name, slug) => {
  expect(toSlug(name)).toBe(slug)
  if (slug) expect(isSlug(slug)).toBe(true)
})

test('knows slugs and refs', () => {
  expect(['a', 'a-1', '0'].every(isSlug)).toBe(true)
  expect(['', '-a', 'A', 'a.b', 'a/b', '..', 'x'.repeat(64)].some(isSlug)).toBe(false)
  expect(['a', 'feat/x', 'A.b_c-1', 'x'.repeat(64)].every(isBranchRef)).toBe(true)
  expect(['', '/a', '.a', 'a b', 'x'.repeat(65)].some(isBranchRef)).toBe(false)
})

test('prices requests and rows', () => {
  expect(costUsd({ requests: 1, rowsRead: 2, rowsWritten: 3 })).toBe(0.00000651)
})
