import { expect } from 'vitest'
import type { MemoryStore } from '../memory-store.ts'
import { statementFor, type TestCase } from './memory-store-case.ts'

/** A text that was remembered, and what finds it among the others. */
const FOUND: readonly (readonly [body: string, ...queries: string[]])[] = [
  ['Customers pay per request', 'how do customers pay', 'CUSTOMERS', 'request.', '(customers)', 'custom*'],
  ["Don't call before ten o'clock", "don't call", 'o’clock', "o'clock!"],
  ['Send an e-mail to the co-founder', 'e-mail', 'founder', 'co-founder?'],
  ['The newsletter goes out by fax', 'news-letter'],
  ['See checkout_v2.config.ts for ABC-123', 'ABC-123', 'checkout_v2', 'config.ts'],
  ['Jalapeño crème brûlée', 'jalapeno', 'CREME', 'brulee'],
  ['Rechnungen gehen nach Köln', 'Rechnung', 'Koln', 'die Rechnungen'],
  ["L'anniversaire de Chloé", 'anniversaire', "d'anniversaire"],
  ['У пользователя есть собака', 'собаку', 'Собака'],
  ['コーヒーよりも緑茶を好む', '緑茶', '茶', '緑茶は好きですか？', 'コーヒー'],
  ['東京駅で待ち合わせ', '東京', '東京駅', '"東京駅"', '待ち合わせ'],
  ['用户对花生过敏', '花生', '过敏吗？', '敏'],
  ['강아지 이름은 보리', '강아지', '강아지의 이름'],
  ['ชอบกาแฟเย็นไม่ใส่น้ำตาล', 'กาแฟ', 'น้ำตาล'],
  ['يفضل القهوة العربية', 'القهوة'],
  ['עוגת שוקולד בשבת', 'שוקולד'],
  ['अदरक वाली चाय', 'चाय'],
  ['version 2.4.1 of the iPhone14 app', '2.4.1', 'iphone14'],
  ['存放在Vault里', 'Vault', 'vault', '存放', 'VAULT里'],
  ['Redis ran out of memory', 'Redis内存不足', 'redisの'],
  ['The phở of the corner shop', 'pho', 'PHỞ', 'phở'.normalize('NFD')],
  ['Từ Hà Nội tới Đà Nẵng', 'ha noi', 'Da Nang', 'đà nẵng'],
  ['Το γραφείο είναι στην Αθήνα', 'Αθηνα', 'ΑΘΉΝΑ', 'γραφειο'],
  ['Ο ΣΊΣΥΦΟΣ σπρώχνει', 'Σίσυφος', 'σισυφοσ'],
  ['ステージングは金曜に更新', 'ｽﾃｰｼﾞﾝｸﾞ', 'ステージング', 'ステージング'.normalize('NFD')],
  ['ｶﾞｲﾄﾞﾌﾞｯｸ', 'ガイドブック', 'ガイド'],
  ['Ｆｕｌｌ　ｗｉｄｔｈ', 'full width', 'ｆｕｌｌ'],
  ['Frau Weißgerber leitet das', 'Weissgerber', 'WEISSGERBER', 'Weißgerber'],
  ['Straße zum Łódź Æon', 'STRASSE', 'lodz', 'aeon'],
  ['Who is on-call this month', 'oncall', 'on-call', 'On-Call?', '"on-call"'],
  ['The standup is at nine', 'stand-up', 'standup'],
  ["O'Neill signs, and wouldnt mind", 'ONeill', 'o’neill', "wouldn't"],
  ['The method getUserProfile is slow', 'user profile', 'getuserprofile', 'getUserProfile', 'getUserPro*'],
  ['Его зовут Семён, любит ёлки', 'Семен', 'елки', 'ёлки'.normalize('NFD')],
  ['мой майский чайник', 'чайник'.normalize('NFD'), 'МОЙ', 'майский'],
  ['ذَهَبَ أَحْمَد إلى المَدرَسة', 'احمد', 'المدرسه', 'أحمد'],
  ['کتاب‌های فارسی ۱۴۰۳', 'كتابهاي', '1403'],
  ['שָׁלוֹם עוֹלָם', 'שלום', 'עולם'],
  ['ज़रूरी काग़ज़', 'जरूरी', 'कागज'],
  ['캘린더를 공유', '캘린더', '캘린더'.normalize('NFD')],
  ['İZMİR ve Diyarbakır', 'izmir', 'DIYARBAKIR', 'diyarbakir'],
  ['Việt ngữ'.normalize('NFD'), 'Việt ngữ', 'viet ngu'],
]

/** Words that are two, though they look alike. */
const APART: readonly (readonly [body: string, query: string])[] = [
  ['мои', 'мой'],
  ['іх', 'їх'],
  ['カイト', 'ガイド'],
  ['हद', 'हिंदी'],
  ['JavaScript', 'script'],
]

const names = async (store: MemoryStore, ...args: Parameters<MemoryStore['recall']>) =>
  (await store.recall(...args)).map(({ name }) => name)

export function recallCases(test: TestCase): void {
  test('finds what people type, in any script', async ({ store }) => {
    const memory = store()
    for (const [index, [body]] of FOUND.entries()) await memory.remember({ name: `n${index}`, body })
    for (const [index, [, ...queries]] of FOUND.entries()) {
      for (const query of queries) expect((await names(memory, query))[0], query).toBe(`n${index}`)
    }
  })

  test('tells words apart that only look alike', async ({ store }) => {
    for (const [name, [body]] of APART.entries()) await store().remember({ name: `n${name}`, body })
    for (const [, query] of APART) expect(await names(store(), query), query).toEqual([])
  })

  test('puts the version that is asked for before others, with a v before it or without', async ({
    store,
  }) => {
    const versions = ['2.14.0', '2.13.0', 'v2.14.1', '2.0.14', '14.2.0', 'v3.1.4', 'V5.6.7']
    for (const version of versions)
      await store().remember({ name: version, body: `Version ${version} adds SEPA` })
    for (const version of versions) {
      const plain = version.replace(/v/i, '')
      expect((await names(store(), `v${plain}`))[0]).toBe(version)
      expect((await names(store(), `what came with ${plain}?`))[0]).toBe(version)
    }
  })

  test('finds phrases in their order, whatever is compound in them', async ({ store }) => {
    await store().remember({ name: 'rota', body: 'the on-call rota of getUserName' })
    for (const phrase of ['"on call rota"', '"ON-CALL rota"', '"rota of get user name"', '"oncall"']) {
      expect(await names(store(), phrase), phrase).toEqual(['rota'])
    }
    expect(await names(store(), '"rota on call"')).toEqual([])
    expect(await names(store(), 'oncall AND rota')).toEqual(['rota'])
    expect(await names(store(), 'rota NOT oncall')).toEqual([])
  })

  test('finds at once what others write to the tables, and no longer what they change or delete', async ({
    store,
    driver,
  }) => {
    await store().init()
    const insert = 'insert into ctx_memory (id, name, body, created_at, updated_at) values (?, ?, ?, 1, 1)'
    await driver.batch([
      statementFor(driver, insert, ['m_1', 'city', 'Weißgerber in 東京駅']),
      statementFor(driver, insert, ['m_2', 'plain', 'the on-call phở']),
      { sql: `insert into ctx_episode (id, title, body, happened_at) values ('ep_1', 'ｶﾞｲﾄﾞ', 'Αθήνα', 1)` },
    ])
    expect(await names(store(), 'weissgerber')).toEqual(['city'])
    expect(await names(store(), '東京')).toEqual(['city'])
    expect(await names(store(), 'oncall pho')).toEqual(['plain'])
    expect(await names(store(), 'ガイド')).toEqual(['ep_1'])
    await driver.batch([
      { sql: `update ctx_memory set body = '大阪城' where name = 'city'` },
      { sql: `delete from ctx_memory where name = 'plain'` },
      { sql: `delete from ctx_episode` },
      statementFor(driver, insert, ['m_3', 'next', 'green tea']),
    ])
    expect(await names(store(), '東京 weissgerber oncall ガイド')).toEqual([])
    expect(await names(store(), '大阪')).toEqual(['city'])
    expect(await names(store(), 'tea')).toEqual(['next'])
  })

  test('takes any text without an error', async ({ store }) => {
    const memory = store()
    await memory.remember({ name: 'n', body: 'plain words' })
    const texts = [
      ...[
        '"',
        '""',
        '"""',
        "'",
        '(',
        ')',
        '((a',
        'a AND',
        'AND',
        'OR OR',
        'NOT a',
        'a NOT',
        'NEAR(',
        'NEAR()',
      ],
      ...[
        'NEAR(a, b, 3)',
        'a AND (b OR',
        '*',
        'a**',
        '^a',
        '-a',
        '+',
        'a:b',
        '{a}: b',
        'a\0b',
        '\0',
        'pizza \ud83c',
        '\udc00',
        '"\ud83c" AND (\0*',
        'NEAR(\udc00 \0, 2)',
        '\u0301',
        "'''---___",
      ],
      ...[
        '{"json": [1]}',
        "'; drop table ctx_memory; --",
        '%',
        '_',
        '\\',
        '🎉',
        '👩‍👩‍👧',
        '\u202e',
        '\ufeff',
      ],
      ...[
        'NEAR("a b" c, 99999999999)',
        'a AND '.repeat(400),
        '('.repeat(500),
        'word '.repeat(5000),
        '長'.repeat(2000),
      ],
    ]
    for (const text of texts) await expect(memory.recall(text), text).resolves.toBeInstanceOf(Array)
    for (const text of ['words', 'words \ud83c', 'words\0', '\0words']) {
      expect(await names(memory, text)).toEqual(['n'])
    }
  })

  test('refuses a text that is not one', async ({ store }) => {
    for (const text of [undefined, 42, null]) {
      await expect(store().recall(text as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
  })

  test('finds nothing where nothing fits', async ({ store }) => {
    await store().remember({ name: 'n', body: 'coffee' })
    expect(await store().recall('zebra')).toEqual([])
    expect(await store().recall('…!?')).toEqual([])
  })

  test('lets words be alternatives, and operators mean what they mean', async ({ store }) => {
    const memory = store()
    await memory.remember({ name: 'tea', body: 'green tea with lemon' })
    await memory.remember({ name: 'cake', body: 'lemon cake' })
    await memory.remember({ name: 'green', body: 'a green chair' })
    await memory.remember({ name: '緑', body: '緑茶 with lemon' })
    const found = async (text: string) => (await names(memory, text)).sort()
    expect(await found('green cake')).toEqual(['cake', 'green', 'tea'])
    expect(await found('green AND lemon')).toEqual(['tea'])
    expect(await found('cake OR chair')).toEqual(['cake', 'green'])
    expect(await found('lemon NOT cake')).toEqual(['tea', '緑'])
    expect(await found('(cake OR chair) AND lemon')).toEqual(['cake'])
    expect(await found('"green tea"')).toEqual(['tea'])
    expect(await found('"tea green"')).toEqual([])
    expect(await found('NEAR(green lemon, 2)')).toEqual(['tea'])
    expect(await found('lem*')).toEqual(['cake', 'tea', '緑'])
    expect(await found('緑茶 OR cake')).toEqual(['cake', '緑'])
    expect(await found('緑茶 AND lemon')).toEqual(['緑'])
    expect(await found('lemon NOT 緑茶')).toEqual(['cake', 'tea'])
  })

  test('reads and, or and not as words where they are', async ({ store }) => {
    const memory = store()
    await memory.remember({ name: 'n', body: 'do not deploy on friday and never at night' })
    expect(await names(memory, 'deploy and night')).toEqual(['n'])
    expect(await names(memory, 'DO NOT DEPLOY ON FRIDAY AND NEVER')).toEqual(['n'])
    expect(await names(memory, 'NOT AND deploy')).toEqual(['n'])
  })

  test('recalls the latest for a blank text', async ({ store, clock }) => {
    const memory = store()
    await memory.remember({ name: 'old', body: 'x' })
    clock.now += 1
    await memory.remember({ name: 'new', body: 'x' })
    expect(await names(memory, '')).toEqual(['new', 'old'])
    expect(await names(memory, ' \n', { limit: 1 })).toEqual(['new'])
  })

  test('puts a name before a description, and that before a body', async ({ store }) => {
    const memory = store()
    await memory.remember({ name: 'one', description: 'two', body: 'marathon' })
    await memory.remember({ name: 'three', description: 'marathon', body: 'four' })
    await memory.remember({ name: 'marathon', description: 'five', body: 'six' })
    expect(await names(memory, 'marathon')).toEqual(['marathon', 'three', 'one'])
  })

  test('puts what fits more words first, though it is older', async ({ store, clock }) => {
    const memory = store()
    await memory.remember({ name: 'both', body: 'renewal of the contract' })
    clock.now += 365 * 24 * 3600 * 1000
    await memory.remember({ name: 'one', body: 'renewal of the lease' })
    expect(await names(memory, 'contract renewal')).toEqual(['both', 'one'])
  })

  test('puts the newer of two equals first, unless told that age does not matter', async ({
    store,
    clock,
  }) => {
    await store().remember({ name: 'old', body: 'same words' })
    clock.now += 90 * 24 * 3600 * 1000
    await store().remember({ name: 'new', body: 'same words' })
    const [first, second] = await store().recall('words')
    expect([first?.name, second?.name]).toEqual(['new', 'old'])
    // A quarter more for the new one, and a quarter of that for one of three half-lives.
    expect(first!.score / second!.score).toBeCloseTo(1.25 / 1.0625)
    const [same, other] = await store({ ranking: { recency: 0 } }).recall('words')
    expect(same!.score).toBe(other!.score)
  })

  test('finds the same first ones, however many are wanted', async ({ store, clock }) => {
    for (let n = 0; n < 40; n++) {
      const body = `${'tea '.repeat(1 + (n % 4))}${'and water '.repeat((n * 5) % 7)}`
      await store().remember({ name: `n${n}`, body })
      clock.now += (n % 3) * 20 * 24 * 3600 * 1000
    }
    for (const recency of [0, 0.25, 5]) {
      const memory = store({ ranking: { recency } })
      const all = await names(memory, 'tea', { limit: 40 })
      expect(all).toHaveLength(40)
      for (const limit of [1, 3, 10, 39]) {
        expect(await names(memory, 'tea', { limit })).toEqual(all.slice(0, limit))
      }
    }
  })

  test('weighs kinds as it is told', async ({ store }) => {
    await store().remember({ name: 'deploy', body: 'Deploys are on Tuesdays' })
    await store().record({ title: 'Deploy', body: 'Deployed on Tuesday' })
    const kinds = async (weights: { fact: number; episode: number }) =>
      (await store({ ranking: { kinds: weights } }).recall('deploy')).map(({ kind }) => kind)
    expect(await kinds({ fact: 1, episode: 5 })).toEqual(['episode', 'fact'])
    expect(await kinds({ fact: 5, episode: 1 })).toEqual(['fact', 'episode'])
  })

  test('says where a hit comes from', async ({ store, driver, clock }) => {
    const memory = store({ source: 'planner' })
    await memory.remember({ name: 'tea', type: 'user', body: 'green', sessionId: 'user-42' })
    // biome-ignore format: a table
    const episode = await memory.record({
      title: 'Tasting', body: 'green teas', outcome: 'done', sessionId: 'user-7', runId: 'run-1',
    })
    const [fact, event] = (await memory.recall('green')).sort((a, b) => (a.kind < b.kind ? 1 : -1))
    const time = new Date(clock.now)
    // biome-ignore format: a table
    expect(fact).toEqual({
      kind: 'fact', name: 'tea', description: '', type: 'user', body: 'green', outcome: null,
      id: expect.stringMatching(/^m_/), sessionId: 'user-42', runId: null, source: 'planner',
      createdAt: time, updatedAt: time, score: expect.any(Number),
      table: 'ctx_memory', rowId: expect.any(Number),
    })
    // biome-ignore format: a table
    expect(event).toEqual({
      kind: 'episode', name: episode.id, description: 'Tasting', type: 'episode', body: 'green teas',
      id: episode.id, outcome: 'done', sessionId: 'user-7', runId: 'run-1', source: 'planner',
      createdAt: time, updatedAt: time, score: expect.any(Number),
      table: 'ctx_episode', rowId: expect.any(Number),
    })
    const [rows] = await driver.batch([
      statementFor(driver, 'select name from ctx_memory where rowid = ?', [fact!.rowId]),
    ])
    expect(rows?.rows).toEqual([['tea']])
  })

  test('no longer says that a fact is from a session when it was changed elsewhere', async ({ store }) => {
    await store().remember({ name: 'tea', body: 'green', sessionId: 'user-42' })
    await store().remember({ name: 'tea', body: 'green again' })
    expect(await store().recall('green')).toMatchObject([{ sessionId: null }])
  })

  test('keeps to a kind, a type and a range of time', async ({ store, clock }) => {
    const memory = store()
    const start = new Date(clock.now)
    await memory.remember({ name: 'old', type: 'user', body: 'green' })
    clock.now += 1000
    const later = new Date(clock.now)
    await memory.remember({ name: 'new', type: 'project', body: 'green' })
    const { id } = await memory.record({ body: 'green' })
    const found = async (options: Parameters<MemoryStore['recall']>[1]) =>
      (await names(memory, 'green', options)).sort()
    expect(await found({ kinds: ['fact'] })).toEqual(['new', 'old'])
    expect(await found({ kinds: ['episode'] })).toEqual([id])
    expect(await found({ kinds: [] })).toEqual([])
    expect(await found({ type: 'user' })).toEqual(['old'])
    expect(await found({ since: later })).toEqual([id, 'new'])
    expect(await found({ until: later })).toEqual(['old'])
    expect(await found({ since: start, until: start })).toEqual([])
    await expect(memory.recall('x', { since: new Date(Number.NaN) })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })
}
