import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldText, unfoldRange } from '../src/search/fold-text.ts'

test.each([
  ['Weißgerber', 'WEISSGERBER'],
  ['ΣΊΣΥΦΟΣ', 'σίσυφος'],
  ['İstanbul', 'istanbul'],
  ['DIYARBAKIR', 'Diyarbakır'],
  ['Łódź', 'lodz'],
  ['phở', 'pho'],
  ['ﬁle', 'file'],
  ['Ｆｕｌｌ ｗｉｄｔｈ', 'full width'],
  ['ｽﾃｰｼﾞﾝｸﾞ', 'ステージング'],
  ['ёж за́мок', 'еж замок'],
  ['كَتَبَ أحمد', 'كتب احمد'],
  ['کتاب ۲۰۲۴', 'كتاب ٢٠٢٤'],
  ['العربـــية', 'العربية'],
  ['שׁוֹקוֹלָד', 'שוקולד'],
  ['ज़रूर', 'जरूर'],
  ['don’t', "DON'T"],
  ['co\u00adoperate', 'cooperate'],
])('%s and %s are one', (one, other) => {
  expect(foldText(one)).toBe(foldText(other))
})

test.each([
  ['мой', 'мои'],
  ['їх', 'іх'],
  ['ќ', 'к'],
  ['が', 'か'],
  ['ไม้', 'ไม'],
  ['हिंदी', 'हद'],
  ['가', '나'],
])('%s and %s are two', (one, other) => {
  expect(foldText(one)).not.toBe(foldText(other))
})

test('is its own normal form, whatever the text and however it is composed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (text) => {
      const folded = foldText(text)
      expect(foldText(folded)).toBe(folded)
      expect(foldText(text.normalize('NFC'))).toBe(folded)
      expect(foldText(text.normalize('NFD'))).toBe(folded)
    }),
    { numRuns: 1000 },
  )
})

test('takes a long text of nothing but marks', () => {
  expect(foldText('\u0301'.repeat(100_000))).toHaveLength(100_000)
  expect(foldText(`a${'\u0301'.repeat(100_000)}`)).toBe('a')
})

test('is the same for a plain text as for one beside other characters', () => {
  const different: number[] = []
  for (let code = 0; code < 0x10000; code++) {
    const character = String.fromCharCode(code)
    if (/[\p{M}\p{Cs}]/u.test(character)) continue
    if (foldText(`Ａ ${character}`) !== `a ${foldText(character)}`) different.push(code)
  }
  expect(different).toEqual([])
})

test('finds the place of a part again', () => {
  const pieces = fc.constantFrom(
    'a',
    'ß',
    'İ',
    'é',
    'e\u0301',
    'ガ',
    'ｶﾞ',
    '한',
    '\u1112\u1161\u11ab',
    '😀',
    'ﬁ',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(pieces), fc.array(pieces), (before, after) => {
      const text = `${before.join('')}needle${after.join('')}`
      const start = foldText(text).indexOf('needle')
      const range = unfoldRange(text, start, start + 'needle'.length)
      expect(text.slice(range.start, range.end)).toBe('needle')
    }),
  )
})
