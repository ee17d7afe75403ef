import { LONG_TEXTS_TYPE } from '@persql/sdk/protocol'
import { expect, test } from 'vitest'
import { startServer } from './support/test-server.ts'

const LONG = 'Zürich "東京" \\ \n 🚲 '.repeat(10)
const ACCEPT = { headers: { accept: `application/json, ${LONG_TEXTS_TYPE}` } }

async function serverWithText() {
  const server = await startServer()
  await server.query('main', 'create table t (id integer primary key, a text)')
  await server.query('main', 'insert into t (a) values (?), (?)', [LONG, 'short'])
  return server
}

test('sends long texts behind the JSON to those who accept it', async () => {
  const { query } = await serverWithText()
  const { status, headers, body } = await query('main', 'select id, a from t', [], ACCEPT)
  expect([status, headers.get('content-type')]).toEqual([200, LONG_TEXTS_TYPE])
  const [json, ...rest] = body.split('\n')
  expect(JSON.parse(json)).toMatchObject({
    success: true,
    data: {
      columns: ['id', 'a'],
      rows: [
        [1, { $text: LONG.length }],
        [2, 'short'],
      ],
    },
    meta: { rowsRead: 2 },
  })
  expect(rest.join('\n')).toBe(LONG)
})

test('sends the texts of a batch in the order of its statements', async () => {
  const { batch } = await serverWithText()
  const statements = [{ sql: 'select a from t where id = 1' }, { sql: `select '${'x'.repeat(100)}'` }]
  const { body } = await batch('main', statements, { readOnly: true }, ACCEPT)
  expect(body.endsWith(`\n${LONG}${'x'.repeat(100)}`)).toBe(true)
})

test.each([
  ['who do not ask for more', 'select a from t', {}],
  ['where all texts are short', 'select a from t where id = 2', ACCEPT],
  ['who write, because it may be replayed to somebody else', 'update t set a = a returning a', ACCEPT],
  ['whose statement fails', `select '${LONG}' from nothing`, ACCEPT],
])('sends JSON to those %s', async (_, sql, options) => {
  const { query } = await serverWithText()
  const { headers } = await query('main', sql, [], options)
  expect(headers.get('content-type')).toBe('application/json')
})
