import { describe, expect, test } from 'vitest'
import { findRanges, searchTerms } from '../src/index.ts'

test.each([
  ['order refund', ['order', 'refund']],
  ['"order A-1" refund', ['order A-1', 'refund']],
  ['  twice  twice ', ['twice']],
  ['an "open phrase', ['an', '"open', 'phrase']],
  ['5" wide', ['5"', 'wide']],
  ['"" " "', []],
  ['\u200b ', []],
])('%j asks for %j', (text, terms) => {
  expect(searchTerms(text)).toEqual(terms)
})

describe('the places of texts in a text', () => {
  const shown = (text: string, wanted: readonly string[]) => {
    let end = 0
    const parts = findRanges(text, wanted).map((range) => {
      const part = `${text.slice(end, range.start)}[${text.slice(range.start, range.end)}]`
      end = range.end
      return part
    })
    return parts.join('') + text.slice(end)
  }

  test.each([
    ['Cat, cat and CATS', ['cat'], '[Cat], [cat] and [CAT]S'],
    ['order of orders', ['order', 'of'], '[order] [of] [order]s'],
    ['abcdef', ['abcd', 'cdef', 'bc'], '[abcdef]'],
    ['aaaa', ['aa'], '[aa][aa]'],
    ['Crème Straße', ['creme', 'strasse'], '[Crème] [Straße]'],
    ['cre\u0300me!', ['crème'], '[cre\u0300me]!'],
    ['nothing', ['else', '\u200b'], 'nothing'],
  ])('%j, %j', (text, wanted, marked) => {
    expect(shown(text, wanted)).toBe(marked)
  })
})
