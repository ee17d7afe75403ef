import { afterEach, expect, test } from 'vitest'
import { PerSQL } from '../src/index.ts'
import { extractLongTexts, LONG_TEXTS_TYPE, restoreLongTexts } from '../src/protocol/index.ts'
import { type Answer, type ScriptedServer, scriptedServer } from './support/scripted-server.ts'

const LONG = 'Zürich "東京" \\ \n 🚲 '.repeat(10)
const OTHER = '{"role":"user"}'.repeat(9)

let server: ScriptedServer | undefined

afterEach(async () => {
  await server?.[Symbol.asyncDispose]()
})

async function database(...answers: Answer[]) {
  server = await scriptedServer(...answers)
  return new PerSQL({ token: 'psql_live_t', baseURL: server.url, maxRetries: 0 }).database('acme/orders')
}

const result = (rows: unknown[][]) => ({ columns: ['a', 'b'], rows, rowsRead: 1, rowsWritten: 0 })

function texts(data: unknown, texts: string): Answer {
  return (response) =>
    response
      .writeHead(200, { 'content-type': LONG_TEXTS_TYPE })
      .end(`${JSON.stringify({ success: true, data })}\n${texts}`)
}

test('takes long texts out of rows and puts them back where they were', () => {
  const rows = () => [[LONG, 1, null], ['short', { $bytes: 'AAH/' }, OTHER], []]
  const results = [{ rows: rows() }, { rows: [] }, { rows: [[LONG]] }]
  const taken = extractLongTexts(results as never)
  expect(taken).toBe(LONG + OTHER + LONG)
  expect(JSON.stringify(results)).not.toContain('Zürich')
  restoreLongTexts(results as never, taken)
  expect(results).toEqual([{ rows: rows() }, { rows: [] }, { rows: [[LONG]] }])
})

test('takes nothing out of rows of short values', () => {
  expect(extractLongTexts([{ rows: [['short', 1, null]] }])).toBe('')
})

test('asks for long texts behind the JSON, and for JSON alone', async () => {
  const orders = await database(texts(result([]), ''))
  await orders.query('select 1')
  expect(server?.requests[0]?.headers.accept?.split(', ')).toEqual(['application/json', LONG_TEXTS_TYPE])
})

test('puts the texts of a query and of a batch into their rows', async () => {
  const row = [{ $text: LONG.length }, { $text: OTHER.length }]
  const orders = await database(
    texts(result([row]), LONG + OTHER),
    texts([result([row]), result([[7, { $text: LONG.length }]])], LONG + OTHER + LONG),
  )
  expect((await orders.query('select a, b from t')).data).toEqual([{ a: LONG, b: OTHER }])
  const [first, second] = await orders.batch([{ sql: 'select a, b from t' }, { sql: 'select a, b from t' }])
  expect([first?.rows, second?.rows]).toEqual([[[LONG, OTHER]], [[7, LONG]]])
})

test.each([
  ['too few', { $text: 3 }, 'ab'],
  ['too many', { $text: 1 }, 'ab'],
  ['none', { $text: -2 }, ''],
  ['others', { $text: '2' }, 'ab'],
])('does not take an answer for one that has %s of its texts', async (_, cell, rest) => {
  const orders = await database(texts(result([[cell, 1]]), rest))
  await expect(orders.query('select a, b from t')).rejects.toMatchObject({ code: 'invalid_response' })
})
