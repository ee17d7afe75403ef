import { foldText, SessionStore, type SqlDriver, searchItems } from '@persql/session-core'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { rowCountingDriver } from '@persql/test-support/row-counting-driver'
import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { postgresDriver } from '../src/index.ts'

const WRITERS: readonly ((text: string) => string)[] = [
  (text) => JSON.stringify(text),
  (text) => JSON.stringify(text.normalize('NFD')),
  (text) =>
    JSON.stringify(text).replace(
      /[^ -~]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
]

for (const databases of everyDatabase()) {
  describe(`search on ${databases.name}`, () => {
    let driver: SqlDriver

    beforeEach(async ({ task }) => {
      driver = postgresDriver(await databases.urlOf(task.name))
      await new SessionStore(driver).append('s', [{}])
    })
    afterEach(() => driver.close())
    afterAll(() => databases.close())

    async function givenRows(contents: readonly string[]): Promise<void> {
      await driver.batch([
        { sql: 'delete from agent_messages' },
        {
          sql: `insert into agent_messages (id, session_id, message_data)
            select key, 's', value from json_array_elements_text($1::json) with ordinality as given (value, key)`,
          params: [JSON.stringify(contents.map((content) => `{"role":"user","content":${content}}`))],
        },
      ])
    }

    test('finds the rows that a scan finds', { timeout: 60_000 }, async () => {
      const piece = fc.constantFrom(
        ...'’’……“”—€°',
        ...`aBé. '."\\/-%_!`,
        'ﬁ',
        'ß',
        '\u0301',
        '‐',
        '天',
        '😀',
        '\n',
      )
      const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
      const row = fc.tuple(text, fc.constantFrom(...WRITERS))
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), text, async (rows, wanted) => {
          await givenRows(rows.map(([one, write]) => write(one)))
          for (const part of [wanted, ...rows.map(([one]) => one.slice(1, 4))].map(foldText)) {
            if (part === '') continue
            const { hits } = await searchItems(driver, [part], { limit: 100 })
            const scanned = rows.flatMap(([one], at) => (foldText(one).includes(part) ? [at + 1] : []))
            expect({ part, rows: hits.map(({ rowId }) => rowId).reverse() }).toEqual({ part, rows: scanned })
          }
        }),
        { numRuns: 40 },
      )
    })

    test('has no rows sent for their signs alone', async () => {
      const texts = ['It’s “fine” — 20 °C…', 'It’s 5 €', 'ok', 'où', '• the one that’s wanted']
      await givenRows(texts.map((one) => JSON.stringify(one)))
      const counted = rowCountingDriver(driver)
      expect((await searchItems(counted.driver, ["that's wanted"], { sessionId: 's' })).hits).toHaveLength(1)
      // The other one has a letter that may be written otherwise.
      expect(counted.rows).toBe(2)
    })
  })
}
