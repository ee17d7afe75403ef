import { afterEach, beforeEach, expect, test } from 'vitest'
import { foldText, type SearchHit, SessionStore, type SqlDriver, searchItems } from '../src/index.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'

let driver: SqlDriver
let store: SessionStore<unknown>

beforeEach(() => {
  driver = nodeSqliteDriver(':memory:')
  store = new SessionStore(driver)
})

afterEach(() => driver.close())

const user = (content: string) => ({ role: 'user', content })
const call = {
  type: 'function_call',
  callId: 'c',
  name: 'map',
  arguments: '{"place":"Oslo \\"old\\" town"}',
}

/** Rows 1 and 2 in session `a`; 3 (escaped, as Python writes it), 4 and 5 (corrupt) in `b`. */
async function given() {
  await store.append('a', [user('Where is Oslo?'), call])
  const rows = [
    '{"role": "user", "content": "cr\\u00e8me \\u5929\\u6c14 \\ud83d\\ude00"}',
    JSON.stringify(user('天气 100% one\ntwo')),
    '{"cut',
  ]
  await driver.batch([
    { sql: `insert into agent_sessions (session_id) values ('b')` },
    ...rows.map((row) => ({
      sql: `insert into agent_messages (session_id, message_data) values ('b', ?)`,
      params: [row],
    })),
  ])
}

test.each([
  ['in whatever case', ['OSLO'], [2, 1]],
  ['in arguments of tools, which are JSON in JSON', ['oslo "old" t'], [2]],
  ['however JSON writes it', ['天气'], [4, 3]],
  ['with accents in the other case', ['CRÈME'], [3]],
  ['with what LIKE would read as a pattern', ['100%'], [4]],
  ['with none of it in between', ['1%0'], []],
  ['beyond the basic plane', ['😀'], [3]],
  ['with a line break', ['one\ntwo'], [4]],
  ['in a row that is no item', ['{"cut'], [5]],
  ['but not in the names of fields', ['content'], []],
  ['only where all of several are', ['oslo', 'map'], [2]],
  ['in whatever order they are', ['town', 'map', 'old'], [2]],
])('finds text %s', async (_, texts, rows) => {
  await given()
  const { hits } = await searchItems(driver, texts)
  expect(hits.map(({ rowId }) => rowId)).toEqual(rows)
  for (const { text, start } of hits) {
    expect(text.toLowerCase().startsWith(texts[0]!.toLowerCase(), start)).toBe(true)
  }
})

/** A row as some writer of JSON has it, and a text that is in it. */
test.each([
  ['`<` and `&` as escapes, as Go and .NET write them', '"a \\u003cb\\u003e \\u0026 c"', 'a <b> & c'],
  ['an apostrophe as an escape', '"Don\\u0027t"', "don't"],
  ['a plus, a grave and an equals sign as escapes', '"1 \\u002B 1 \\u003d \\u00602\\u0060"', '1 + 1 = `2`'],
  ['escapes in arguments of tools', '"{\\"q\\":\\"a \\\\u003c b\\"}"', 'a < b'],
  ['a typographic apostrophe', '"Don’t"', "don't"],
  ['letters that are composed', '"Việt"', 'Việt'.normalize('NFD')],
  ['letters that are decomposed', `"${'Việt'.normalize('NFD')}"`, 'việt'],
  ['й that is decomposed', `"${'чай'.normalize('NFD')}"`, 'чай'],
  ['Hangul in its letters', `"${'캘린더'.normalize('NFD')}"`, '캘린더'],
  ['Hangul in its letters, as escapes', toAscii(`"${'캘린더'.normalize('NFD')}"`), '캘린더'],
  ['Hangul, asked for in its letters', '"캘린더"', '캘린더'.normalize('NFD')],
  ['Kana that are decomposed', `"${'ガイド'.normalize('NFD')}"`, 'ガイド'],
  ['Kana of half width', '"ｽﾃｰｼﾞﾝｸﾞ"', 'ステージング'],
  ['Kana, asked for in half width', '"ステージング"', 'ｽﾃｰｼﾞﾝｸﾞ'],
  ['Latin letters, asked for in full width', '"Vault"', 'ｖａｕｌｔ'],
  ['Latin letters of full width, asked for like that', '"Ｖａｕｌｔ"', 'ｖａｕｌｔ'],
  ['no accents, asked for with them', '"cafe creme"', 'café crème'],
  ['ss for ß', '"Weissgerber"', 'Weißgerber'],
  ['the other sigma', '"ΣΊΣΥΦΟΣ"', 'Σίσυφος'],
  ['another accent, in Greek', '"Αθηνα"', 'Αθήνα'],
  ['ё', '"ёлка"', 'Елка'],
  ['niqqud, asked for with it', '"שוקולד"', 'שׁוֹקוֹלָד'],
  ['a symbol without its variant', '"❤"', '❤️'],
  ['Thai', '"ไม่ใส่น้ำตาล"', 'น้ำตาล'],
  ['Devanagari without a dot', '"जरूर"', 'ज़रूर'],
  ['the Turkish i', '"ISTANBUL"', 'İstanbul'],
  ['a character that is not seen', '"می‌خواهم"', 'می‌خواهم'],
])('finds a text where the row has %s', async (_, content, text) => {
  await store.append('s', [user('x')])
  await driver.batch([
    {
      sql: `insert into agent_messages (session_id, message_data) values ('s', ?)`,
      params: [`{"role":"user","content":${content}}`],
    },
  ])
  const { hits } = await searchItems(driver, [text])
  expect(hits.map(({ rowId }) => rowId)).toEqual([2])
  const [{ text: found, start, end }] = hits as [SearchHit]
  expect(foldText(found.slice(start, end))).toBe(foldText(text))
})

function toAscii(json: string): string {
  return json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

test.each([
  ['й and и', 'мои', 'мой'],
  ['ї and і', 'іх', 'їх'],
  ['Kana with other marks', 'カイト', 'ガイド'],
  ['Thai words of other tones', 'ไม', 'ไม้'],
  ['vowels of Devanagari', 'चय', 'चाय'],
])('tells %s apart', async (_, content, text) => {
  await store.append('s', [user(content)])
  expect((await searchItems(driver, [text])).hits).toEqual([])
})

test('takes any text without an error', async () => {
  await store.append('s', [user('tea \ud83c with\0 lemon')])
  const found = async (text: string) => (await searchItems(driver, [text])).hits.length
  expect(await found('tea \ud83c')).toBe(1)
  expect(await found('with\0 lemon')).toBe(1)
  expect(await found('\u0301')).toBe(0)
  expect(await found('\u200d')).toBe(0)
  expect(await found('tea'.repeat(10_000))).toBe(0)
})

test('gives the item, or the text alone where the row is corrupt', async () => {
  await given()
  expect(await searchItems(driver, ['oslo'], { limit: 1 })).toEqual({
    hits: [
      {
        sessionId: 'a',
        rowId: 2,
        createdAt: expect.any(String),
        item: call,
        text: 'Oslo "old" town',
        start: 0,
        end: 4,
      },
    ],
    before: 2,
  })
  const { hits } = await searchItems(driver, ['cut'])
  expect(hits).toEqual([
    { sessionId: 'b', rowId: 5, createdAt: expect.any(String), text: '{"cut', start: 2, end: 5 },
  ])
})

test('goes on where a page ended, past rows that only look like a match', async () => {
  const many = Array.from({ length: 120 }, (_, n) => user(n % 2 === 0 ? `x й ${n}` : `x и ${n}`))
  await store.append('s', many)
  await store.append('other', many)
  const first = await searchItems(driver, ['x й'], { sessionId: 's', limit: 35 })
  expect(first.hits).toHaveLength(35)
  const rest = await searchItems(driver, ['x й'], { sessionId: 's', before: first.before })
  expect(rest.before).toBe(rest.hits.at(-1)?.rowId)
  const last = await searchItems(driver, ['x й'], { sessionId: 's', before: rest.before })
  const rows = [...first.hits, ...rest.hits, ...last.hits].map(({ rowId }) => rowId)
  expect(rows).toEqual(Array.from({ length: 60 }, (_, n) => 119 - 2 * n))
  expect(last).not.toHaveProperty('before')
})

test('refuses to search for nothing, and makes no tables where it must not', async () => {
  for (const texts of [[], ['a', '']]) {
    await expect(searchItems(driver, texts)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  }
  await expect(searchItems(driver, ['a'], { createTables: false })).rejects.toMatchObject({
    code: 'NO_SUCH_TABLE',
  })
})

test.each([{ limit: 0 }, { limit: -1 }, { before: Number.NaN }, { sessionId: '' }])(
  'refuses %o',
  async (options) => {
    await given()
    await expect(searchItems(driver, ['oslo'], options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  },
)

test('tells the place of a text also after letters whose lower case is longer', async () => {
  await store.append('s', [user('İİİ and Oslo')])
  const { hits } = await searchItems(driver, ['oslo'])
  expect(hits).toMatchObject([{ start: 8 }])
})
