import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { json, output } from './support/persql.ts'
import { SAME_TIMES, seed } from './support/seed.ts'

const STORED = `{ "type":\t"function_call", "callId":"c", "name":"f",
  "id": 1254071346418286654, "most": 1e400, "one": 1.0, "same": 1, "same": 2,
  "arguments": "{\\"order\\": 9007199254740993, \\"rate\\": -0.0}" }`

async function stored(): Promise<string> {
  const db = temporaryPaths()('a.db')
  const insert = `insert into agent_messages (session_id, message_data) values ('s', ?)`
  await seed(db, { s: [{ role: 'user', content: 'hi' }] }, [{ sql: insert, params: [STORED] }, ...SAME_TIMES])
  return db
}

test('an item in JSON has the numbers and fields that are stored, on one line', async () => {
  const db = await stored()
  const [, line] = (await output(['sessions', 'show', 's', '--json', '--db', db])).split('\n')
  expect(line).toBe(
    `{"row":2,"createdAt":"2026-01-31T23:59:59Z","item":${STORED.replaceAll(/[\n\t]/g, ' ')}}`,
  )
})

test('an export and a query in JSON have the text that is stored', async () => {
  const db = await stored()
  expect(await output(['sessions', 'export', '--db', db])).toContain(`"text":${JSON.stringify(STORED)}}`)
  expect(
    await json(['query', 'select message_data as m from agent_messages where id = 2', '--db', db]),
  ).toEqual({ columns: ['m'], rows: [{ m: STORED }] })
})

test('a transcript and a search know numbers by the digits that are stored', async () => {
  const db = temporaryPaths()('a.db')
  const insert = `insert into agent_messages (session_id, message_data) values ('s', ?)`
  await seed(db, { s: [{ role: 'user', content: 'hi' }] }, [
    { sql: insert, params: [STORED] },
    { sql: insert, params: ['{"type":"odd","id":1254071346418286654,"most":1e400}'] },
  ])
  const shown = await output(['sessions', 'show', 's', '--db', db])
  expect(shown).toContain('"order": 9007199254740993,\n    "rate": -0.0\n')
  expect(shown).toContain('"id": 1254071346418286654,\n    "most": 1e400\n')
  for (const digits of ['1254071346418286654', '9007199254740993', '1e400']) {
    const { hits } = await json<{ hits: unknown[] }>(['sessions', 'search', digits, '--db', db])
    expect(hits.length, digits).toBeGreaterThan(0)
  }
})

test('a query in JSON has a field for each column, whatever their names', async () => {
  expect(await json(['query', 'select 1 as n, 2 as n, 3 as n_2', '--db', ':memory:'])).toEqual({
    columns: ['n', 'n_3', 'n_2'],
    rows: [{ n: 1, n_3: 2, n_2: 3 }],
  })
})

test('an infinite number has a form in JSON, CSV and a table', async () => {
  const args = ['query', 'select 9e999 as a, -9e999 as b', '--db', ':memory:']
  expect(await json(args)).toMatchObject({
    rows: [{ a: { $number: 'Infinity' }, b: { $number: '-Infinity' } }],
  })
  expect(await output([...args, '--csv'])).toBe('a,b\r\nInfinity,-Infinity\r\n')
  expect(await output(args)).toBe('a\tb\nInfinity\t-Infinity\n')
})
