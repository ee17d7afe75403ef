import { expect, test } from 'vitest'
import { parseTime } from '../src/sessions/parse-time.ts'

test.each([
  ['2026-01-31 23:59:59', '2026-01-31T23:59:59.000Z'],
  ['2026-01-31 23:59:59.123', '2026-01-31T23:59:59.123Z'],
  ['2026-01-31T23:59:59', '2026-01-31T23:59:59.000Z'],
  ['2026-01-31T23:59:59Z', '2026-01-31T23:59:59.000Z'],
  ['2026-02-01T01:59:59+02:00', '2026-01-31T23:59:59.000Z'],
])('reads %s', (stored, expected) => {
  expect(parseTime(stored).toISOString()).toBe(expected)
})

test.each([null, '', 'yesterday', 7.5])('makes an invalid date of %j', (stored) => {
  expect(parseTime(stored).getTime()).toBeNaN()
})
