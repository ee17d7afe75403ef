import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import type { SqlStatement } from '@persql/session-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openMemory } from '../src/index.ts'
import { expectIndexesToAgree } from '../src/testing/index.ts'

const name = fc.constantFrom('a', 'b', '東京', 'd-e', 'f')
const text = fc
  .array(
    fc.constantFrom(
      'tea',
      'running',
      '東京駅',
      '緑',
      'カタカナ',
      '서울역',
      'กาแฟ',
      '𠮷野家',
      '🎉',
      "don't",
      '\n',
      '東a京',
    ),
    { maxLength: 400 },
  )
  .map((words) => words.join(words.length % 2 === 0 ? ' ' : ''))

type Operation =
  | { readonly kind: 'remember' | 'update' | 'insert'; readonly name: string; readonly text: string }
  | { readonly kind: 'forget' | 'failing batch'; readonly name: string }
  | { readonly kind: 'record'; readonly text: string }
  | { readonly kind: 'forget episode' }

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('remember', 'update', 'insert'), name, text }),
  fc.record({ kind: fc.constantFrom('forget', 'failing batch'), name }),
  fc.record({ kind: fc.constant('record'), text }),
  fc.record({ kind: fc.constant('forget episode') }),
)

const update = (body: string, of: string): SqlStatement => ({
  sql: 'update ctx_memory set body = ? where name = ?',
  params: [body, of],
})

test('keeps rows and indexes in step through any operations, of the store and of others', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 30 }), async (operations) => {
      const driver = betterSqlite3Driver(':memory:')
      const memory = openMemory(driver)
      await memory.init()
      const facts = new Map<string, string>()
      const episodes: string[] = []
      for (const given of operations) {
        switch (given.kind) {
          case 'remember':
            await memory.remember({ name: given.name, body: given.text })
            facts.set(given.name, given.text)
            break
          case 'update':
            await driver.batch([update(given.text, given.name)])
            if (facts.has(given.name)) facts.set(given.name, given.text)
            break
          case 'insert': {
            const sql =
              'insert into ctx_memory (id, name, body, created_at, updated_at) values (?, ?, ?, 1, 1) on conflict do nothing'
            await driver.batch([{ sql, params: [given.name, given.name, given.text] }])
            if (!facts.has(given.name)) facts.set(given.name, given.text)
            break
          }
          case 'forget':
            expect(await memory.forget(given.name)).toBe(facts.delete(given.name))
            break
          case 'failing batch': {
            const failing = [
              update('大阪 lost', given.name),
              { sql: 'insert into ctx_memory (id) values (1)' },
            ]
            await expect(driver.batch(failing)).rejects.toMatchObject({ code: 'CONSTRAINT' })
            break
          }
          case 'record':
            if (given.text.trim() !== '') episodes.push((await memory.record({ body: given.text })).id)
            break
          case 'forget episode': {
            const id = episodes.pop()
            if (id !== undefined) expect(await memory.forget(id)).toBe(true)
          }
        }
      }
      const rows = await memory.index({ limit: 100 })
      expect(new Map(rows.map((row) => [row.name, row.body]))).toEqual(facts)
      expect((await memory.episodes({ limit: 100 })).map(({ id }) => id).sort()).toEqual(episodes.sort())
      await expectIndexesToAgree(driver)
      await driver.close()
    }),
    { numRuns: 60 },
  )
})

const piece = fc.oneof(
  fc.constantFrom(
    'AND',
    'OR',
    'NOT',
    'NEAR(',
    '(',
    ')',
    '"',
    '""',
    '*',
    ',',
    ' ',
    '5',
    "'",
    '-',
    ':',
    '^',
    '+',
    '{',
    '}',
  ),
  fc.constantFrom('tea', 'lemon', '緑茶', '駅', 'กาแฟ', '서울', '\n', '\ufffd', '🎉'),
  fc.string({ unit: 'binary', maxLength: 4 }),
)

test('takes any text to recall without an error', async () => {
  const memory = openMemory(betterSqlite3Driver(':memory:'))
  await memory.remember({ name: 'tea', body: 'green tea with lemon 緑茶 5' })
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 12 }),
      fc.constantFrom('', ' '),
      async (pieces, separator) => {
        const text = pieces.join(separator).replaceAll('\0', '').toWellFormed()
        expect((await memory.recall(text)).length).toBeLessThanOrEqual(1)
      },
    ),
    { numRuns: 1500 },
  )
})
