import { expect } from 'vitest'
import { searchItems } from '../search/search-items.ts'
import { RawSessions } from '../sessions/raw-sessions.ts'
import { SessionCatalog, type SessionListOptions } from '../sessions/session-catalog.ts'
import { SessionStore } from '../sessions/session-store.ts'
import { UsageLog } from '../usage/usage-log.ts'
import { limitedDriver } from './limited-driver.ts'
import type { TestCase } from './sql-driver-case.ts'

/** As programs write JSON that keep to ASCII. */
function asciiJson(json: string): string {
  return json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** What sessions do, on whatever kind of SQL. */
export function sessionCases(test: TestCase): void {
  test('carries a session through append, read, pop, rewrite, replace and clear', async ({ driver }) => {
    const store = new SessionStore<Record<string, unknown>>(driver)
    const items = [
      { role: 'user', n: 1 },
      { n: 2, bytes: new Uint8Array([0, 255]) },
      { role: 'user', n: 3 },
    ]
    await store.append('s', items)
    await store.append('s', [{ n: 4 }], { operationId: 'once' })
    await store.append('s', [{ n: 4 }], { operationId: 'once' })
    await store.append('other', [{ n: 5 }])
    expect(await store.read('s')).toEqual([...items, { n: 4 }])
    expect(await store.read('s', { items: 2 })).toEqual([items[2], { n: 4 }])
    expect(await store.read('s', { turns: 1 })).toEqual([items[2], { n: 4 }])
    expect(await store.pop('s')).toEqual({ n: 4 })
    await store.rewrite('s', (all) => all.map((item) => (item['n'] === 2 ? [{ n: 22 }] : [item])))
    await store.replaceSuffix('s', [items[2]!], [{ n: 33 }], { operationId: 'swap' })
    await expect(store.replaceSuffix('s', [{ n: 0 }], [], { operationId: 'fail' })).rejects.toMatchObject({
      code: 'HISTORY_CONFLICT',
    })
    expect(await store.read('s')).toEqual([items[0], { n: 22 }, { n: 33 }])
    await store.replaceAll('s', [{ n: 0 }])
    expect(await store.read('s')).toEqual([{ n: 0 }])
    await store.clear('s')
    expect(await store.read('s')).toEqual([])
    expect(await store.read('other')).toEqual([{ n: 5 }])
  })

  test('carries a history that does not fit into one answer, read in parts', async ({ driver }) => {
    const small = limitedDriver(driver, 1000)
    const reported: number[] = []
    const store = new SessionStore<Record<string, unknown>>(small, {
      onCorruptRow: ({ rowId }) => reported.push(rowId),
    })
    const items = Array.from({ length: 9 }, (_, n) => ({
      ...(n % 3 === 0 && { role: 'user' }),
      n,
      text: `"${n}`.repeat(100),
    }))
    for (const item of items) await store.append('s', [item])
    await store.append('other', [{ n: 0 }])
    expect(await store.read('s')).toEqual(items)
    expect(await store.read('s', { items: 4 })).toEqual(items.slice(-4))
    expect(await store.read('s', { turns: 2 })).toEqual(items.slice(3))
    const { items: page, before } = await store.readPage('s', { limit: 3, before: 9 })
    expect(page.map(({ item }) => item)).toEqual(items.slice(5, 8))
    expect(before).toBe(6)
    const stored = new RawSessions(small)
    expect((await stored.read(['s', 'other'])).map(({ rowId }) => rowId)).toEqual([
      10, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ])
    expect(await stored.readPage('s', { after: 2, limit: 3, bytes: 10_000_000 })).toMatchObject([
      { rowId: 3 },
    ])
    const { hits } = await searchItems(small, ['"8"8'])
    expect(hits).toMatchObject([{ rowId: 9 }])
    await driver.batch([{ sql: "update agent_messages set message_data = '{' where id in (2, 9)" }])
    const sound = items.filter(({ n }) => n !== 1 && n !== 8)
    expect(await store.read('s')).toEqual(sound)
    expect(reported).toEqual([2, 9])
    expect(await store.read('s', { items: 4 })).toEqual(sound.slice(-4))
    await store.rewrite('s', (all) => all.map((item) => (item['n'] === 0 ? [{ n: 'new' }] : [item])))
    await store.replaceSuffix('s', sound.slice(-3), [{ n: 'end' }])
    expect(await store.read('s')).toEqual([{ n: 'new' }, ...sound.slice(1, -3), { n: 'end' }])
  })

  test('finds what was said, however it is written and by whatever program', async ({ driver, sql }) => {
    const said: readonly (readonly [wanted: string, text: string])[] = [
      ['pho', 'một tô phở bò'],
      ['tieng viet', 'Tiếng Việt'],
      ['cafe', 'Café'],
      ['strasse', 'die Straße'],
      ['office', 'the oﬃce'],
      ['εισαι', 'που είσαι'],
      ['еж', 'ёж'],
      ['мой', 'Мой чай'],
      ['مدرسة', 'مَدْرَسَة'],
      ['שוקולד', 'שׁוֹקוֹלָד'],
      ['जरूर', 'ज़रूर'],
      ['12', '१२ बजे'],
      ['हिन्दी', 'हिन्दी में'],
      ['হয়', 'এটা হয়'],
      ['น้ำ', 'น้ำตาล'],
      ['ガイド', '旅のｶﾞｲﾄﾞ'],
      ['한국', '한국어'],
      ['天气', '今天天气'],
      ['😀', 'ok 😀'],
    ]
    const written = said.flatMap(([, text]) => {
      const rows = [text, text.normalize('NFC'), text.normalize('NFD')].map((content) =>
        JSON.stringify({ content }),
      )
      const inside = JSON.stringify({ content: asciiJson(JSON.stringify([text])) })
      return [...rows, ...rows.map(asciiJson), inside]
    })
    await new SessionStore(driver).append('s', [{ content: 'Café olé, to go' }])
    for (let from = 0; from < written.length; from += 50) {
      const params = written.slice(from, from + 50)
      const values = params.map((_, index) => `('s', ${sql.placeholder(index + 1)})`).join(', ')
      await driver.batch([
        { sql: `insert into agent_messages (session_id, message_data) values ${values}`, params },
      ])
    }
    const each = written.length / said.length
    for (const [index, [wanted]] of said.entries()) {
      const { hits } = await searchItems(driver, [wanted], { limit: 100 })
      const rows = hits.map(({ rowId }) => rowId - 2).filter((row) => row >= 0)
      const expected = Array.from({ length: each }, (_, row) => (index + 1) * each - 1 - row)
      expect({ wanted, rows }).toEqual({ wanted, rows: expected })
    }
  })

  test('carries a catalog through list, fork and delete', async ({ driver }) => {
    const store = new SessionStore(driver)
    const catalog = new SessionCatalog(driver)
    for (const session of ['a', 'b', 'c']) await store.append(session, [{ session }, { n: 2 }])
    await store.append('a', [{ n: 3 }])
    const first = await catalog.list({ limit: 2 })
    const second = await catalog.list({ limit: 2, after: first.after })
    const found = [...first.sessions, ...second.sessions]
    expect(found.map(({ sessionId, itemCount }) => [sessionId, itemCount])).toEqual([
      ['a', 3],
      ['c', 2],
      ['b', 2],
    ])
    expect(second.after).toBeUndefined()
    const listed = async (options: SessionListOptions) =>
      (await catalog.list(options)).sessions.map(({ sessionId }) => sessionId)
    expect(await listed({ order: 'oldest' })).toEqual(['b', 'c', 'a'])
    const [oldest] = (await catalog.list({ order: 'oldest', limit: 1 })).sessions
    const page = await catalog.list({ order: 'oldest', limit: 1 })
    expect(await listed({ order: 'oldest', after: page.after })).toEqual(['c', 'a'])
    expect(await listed({ prefix: 'b' })).toEqual(['b'])
    expect(await listed({ prefix: '%' })).toEqual([])
    expect(await listed({ since: oldest?.lastActivity, order: 'oldest' })).toEqual(['b', 'c', 'a'])
    expect(await listed({ until: new Date(0) })).toEqual([])
    await catalog.fork('a', 'd')
    expect(await store.read('d')).toEqual(await store.read('a'))
    await expect(catalog.fork('a', 'd')).rejects.toMatchObject({ code: 'SESSION_EXISTS' })
    await expect(catalog.fork('missing', 'e')).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' })
    expect(await catalog.delete('a')).toBe(true)
    expect(await catalog.delete('a')).toBe(false)
    expect(await catalog.get('a')).toBeUndefined()
  })

  test('records what requests to models used, each once, and sums it', async ({ driver }) => {
    const log = new UsageLog(driver)
    expect(await log.totals('day')).toEqual([])
    await new SessionStore(driver).append('a', [{ n: 1 }, { n: 2 }])
    const at = new Date('2026-01-31T23:59:59.999Z')
    const first = { requestId: 'r1', model: 'm', inputTokens: 2 ** 40, outputTokens: 3, durationMs: 5, at }
    await log.record('a', [first, { requestId: 'r2', inputTokens: 1, outputTokens: 1, at }])
    await log.record('a', [first])
    await log.record('b', [{ ...first, at: new Date(at.getTime() + 1) }])
    const stored = { ...first, cachedInputTokens: 0, reasoningTokens: 0, lastRow: expect.any(Number) }
    expect(await log.requests('a')).toMatchObject([stored, { requestId: 'r2' }])
    const sums = async (...asked: Parameters<UsageLog['totals']>) =>
      (await log.totals(...asked)).map(({ key, model, inputTokens }) => [key, model, inputTokens])
    expect(await sums('session')).toEqual([
      ['a', undefined, 1],
      ['a', 'm', 2 ** 40],
      ['b', 'm', 2 ** 40],
    ])
    expect(await sums('model')).toEqual([
      ['', undefined, 1],
      ['m', 'm', 2 ** 41],
    ])
    expect(await sums('day', { since: new Date(at.getTime() + 1) })).toEqual([['2026-02-01', 'm', 2 ** 40]])
    expect(await sums('day', { sessionId: 'a', until: at })).toEqual([])
  })
}
