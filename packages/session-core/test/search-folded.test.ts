import { rowCountingDriver } from '@persql/test-support/row-counting-driver'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { foldText, SessionStore, type SqlDriver, searchItems } from '../src/index.ts'
import { itemTexts } from '../src/search/item-texts.ts'
import { KEPT_SIGNS, SIGNS } from '../src/search/like-pattern.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'

/** How a row may write the same text: by whatever program, and however it is composed. */
const WRITERS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => JSON.stringify(text),
  composed: (text) => JSON.stringify(text.normalize('NFC')),
  decomposed: (text) => JSON.stringify(text.normalize('NFD')),
  'in escapes': (text) => toAscii(JSON.stringify(text.normalize('NFC'))),
  'decomposed, in escapes': (text) => toAscii(JSON.stringify(text.normalize('NFD'))),
  'in JSON in JSON': (text) => JSON.stringify(JSON.stringify({ q: text })),
  'in JSON in JSON, in escapes': (text) => JSON.stringify(toAscii(JSON.stringify({ q: [text] }))),
}

function toAscii(json: string): string {
  return json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

let driver: SqlDriver

beforeEach(() => {
  driver = nodeSqliteDriver(':memory:')
})

afterEach(() => driver.close())

/** Rows `1`, `2`, …, in place of those before. */
async function givenRows(contents: readonly string[]) {
  await driver.batch([
    { sql: 'delete from agent_messages' },
    {
      sql: `insert into agent_messages (id, session_id, message_data) select key + 1, 's', value from json_each(?)`,
      params: [JSON.stringify(contents.map((content) => `{"role":"user","content":${content}}`))],
    },
  ])
}

async function foundRows(text: string): Promise<number[]> {
  const { hits } = await searchItems(driver, [text], { limit: 1000 })
  return hits.map(({ rowId }) => rowId).reverse()
}

const PIECES = [
  ...[
    'a',
    'e',
    'o',
    's',
    't',
    'S',
    'f',
    'i',
    'n',
    'k',
    'r',
    '1',
    '2',
    ' ',
    '-',
    "'",
    '’',
    '"',
    '\\',
    '/',
    '\n',
    '%',
    '_',
    '*',
    '[',
    ']',
    '^',
    '?',
  ],
  ...[
    'é',
    'ở',
    'Ế',
    'ă',
    'ß',
    'ẞ',
    'æ',
    'ﬁ',
    'ﬃ',
    'ĳ',
    '№',
    '℅',
    'c',
    '½',
    '…',
    '™',
    'ø',
    'đ',
    'ł',
    'þ',
    'ı',
    'İ',
    'Ａ',
    '１',
    '𝐨',
    'ⓔ',
  ],
  ...['\u0301', '\u0323', '\u0302', '\u00ad', '\u200d', '\u200b', '\ufe0f', '\u0308', '\u0306', '\u0345'],
  ...['α', 'ά', 'ς', 'Σ', 'ΐ', 'и', 'й', 'Й', 'е', 'ё', 'і', 'ї', 'г', 'ѓ'],
  ...['ب', 'َ', 'ّ', 'ى', 'ي', 'ة', 'ـ', 'ﻻ', 'ل', 'ا', 'أ', '٣', '۳', 'ש', 'ׁ', 'שׁ', 'ו', 'ֹ'],
  ...[
    'क',
    'ि',
    '़',
    'क़',
    '्',
    'न',
    'म',
    '१',
    '२',
    'হ',
    'য়',
    'য',
    '়',
    'ে',
    'া',
    'ো',
    'ไ',
    'ม',
    '้',
    'ู',
    '่',
    'ำ',
    'ํ',
    'า',
  ],
  ...[
    'か',
    'が',
    '゙',
    'カ',
    'ガ',
    'ｶ',
    'ﾞ',
    'パ',
    'ー',
    'ト',
    '㌀',
    '한',
    '하',
    'ᄒ',
    'ᅡ',
    'ᆫ',
    'ㅎ',
    'ㅏ',
    '天',
    '气',
    '⼤',
    '大',
  ],
  ...['😀', '❤', '👍🏽', '\ud83c'],
]

test('finds the rows that a scan finds, whatever the texts and their writers', async () => {
  await new SessionStore(driver).append('s', [{}])
  const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join(''))
  const written = fc.tuple(text, fc.constantFrom(...Object.values(WRITERS))).map(([one, write]) => write(one))
  const place = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 6 }))
  await fc.assert(
    fc.asyncProperty(
      fc.array(written, { minLength: 1, maxLength: 20 }),
      fc.array(place, { maxLength: 8 }),
      async (rows, places) => {
        await givenRows(rows)
        const texts = rows.map((row) => itemTexts(JSON.parse(row)))
        for (const [at, length] of places) {
          const source = texts[at % texts.length]!.map(foldText).join('')
          const start = source.length === 0 ? 0 : at % source.length
          const wanted = source.slice(start, start + length)
          if (wanted === '') continue
          const scanned = rows.flatMap((_, index) =>
            texts[index]!.some((one) => foldText(one).includes(foldText(wanted))) ? [index + 1] : [],
          )
          expect({ wanted, rows: await foundRows(wanted) }).toEqual({
            wanted,
            rows: foldText(wanted) === '' ? [] : scanned,
          })
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('keeps signs as they are, beside whatever is not beyond them', () => {
  const others = Array.from({ length: 0x7f }, (_, n) => String.fromCharCode(n + 1))
  const written: Readonly<Record<string, string>> = { '’': "'", '…': '...' }
  const folded = (one: string) => written[one] ?? one.toLowerCase()
  const all = [...others, ...SIGNS]
  expect([...SIGNS].filter((sign) => !KEPT_SIGNS.includes(sign))).toEqual(Object.keys(written))
  for (const one of all) {
    for (const other of all) {
      expect(foldText(one + other)).toBe(folded(one) + folded(other))
    }
  }
})

test('finds texts with signs that a scan finds', async () => {
  await new SessionStore(driver).append('s', [{}])
  const piece = fc.constantFrom(...SIGNS, ...SIGNS, ..."aB.'.'-\"% \\", 'é', 'ﬁ', '\u0301', '‐')
  const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
  const written = fc.tuple(text, fc.constantFrom(...Object.values(WRITERS)))
  await fc.assert(
    fc.asyncProperty(fc.array(written, { minLength: 1, maxLength: 20 }), text, async (rows, wanted) => {
      const written = rows.map(([one, write]) => write(one))
      await givenRows(written)
      for (const part of [wanted, ...rows.map(([one]) => one.slice(1, 4))]) {
        if (foldText(part) === '') continue
        const scanned = written.flatMap((row, index) =>
          itemTexts(JSON.parse(row)).some((one) => foldText(one).includes(foldText(part))) ? [index + 1] : [],
        )
        expect({ part, rows: await foundRows(part) }).toEqual({ part, rows: scanned })
      }
    }),
    { numRuns: 100 },
  )
})

const VIETNAMESE =
  'tôi muốn kiểm tra tình trạng đơn hàng của mình và biết khi nào được giao đến văn phòng 👍🏽 ⚠️'
const HINDI = 'मैं अपने ऑर्डर की स्थिति जाँचना चाहता हूँ क्योंकि कल किसी ने फ़ोन का जवाब नहीं दिया'

test.each([
  ['Vietnamese', VIETNAMESE, 'thuyền buồm', 'thuyen buom'],
  ['Hindi', HINDI, 'ज़ेपेलिन', 'जेपेलिन'],
])('has hardly more rows sent than it finds, in a history in %s', async (_, text, rare, wanted) => {
  await new SessionStore(driver).append('s', [{}])
  const words = text.split(' ')
  const turned = (by: number) => [...words.slice(by % words.length), ...words.slice(0, by % words.length)]
  const writers = Object.values(WRITERS)
  const rows = Array.from({ length: 600 }, (_, row) =>
    writers[row % writers.length]!([...turned(row), ...(row % 100 === 3 ? [rare] : [])].join(' ')),
  )
  await givenRows(rows)
  const counted = rowCountingDriver(driver)
  const { hits } = await searchItems(counted.driver, [wanted])
  expect(hits).toHaveLength(6)
  // One more says where the newest rows end.
  expect(counted.rows).toBe(7)
})

test('keeps every pattern within what the engine takes', async () => {
  await new SessionStore(driver).append('s', [{}])
  const texts = [
    'Việt Nam phở bò ngon tuyệt vời, nhất là ở Hà Nội',
    'die Straße',
    'हिन्दी',
    '今天天气',
    '"a/b" ok',
  ]
  await givenRows(texts.flatMap((text) => Object.values(WRITERS).map((write) => write(text))))
  const patterns: string[] = []
  const limited: SqlDriver = {
    ...driver,
    limits: { patternBytes: 50 },
    batch: (statements, options) => {
      const params = statements.flatMap(({ params = [] }) => params).filter((one) => typeof one === 'string')
      patterns.push(...params.flatMap((one) => (one.startsWith('[') ? (JSON.parse(one) as string[]) : [one])))
      return driver.batch(statements, options)
    },
  }
  for (const text of texts) {
    for (const wanted of [text, foldText(text), text.slice(0, 3)]) {
      const { hits } = await searchItems(limited, [wanted], { limit: 100 })
      expect(hits.map(({ rowId }) => rowId)).toEqual((await foundRows(wanted)).reverse())
      expect(hits).toHaveLength(Object.keys(WRITERS).length)
    }
  }
  expect(patterns.length).toBeGreaterThan(0)
  expect(patterns.filter((pattern) => Buffer.byteLength(pattern) > 50)).toEqual([])
})
