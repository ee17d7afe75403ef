import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { ApprovalRequiredError, PerSQL, PerSQLError, RateLimitError } from '../src/index.ts'
import {
  type Answer,
  cut,
  failure,
  html,
  json,
  lost,
  scriptedServer,
  silent,
} from './support/scripted-server.ts'

const TOKEN = 'psql_live_verysecret'

async function errorOf(
  answer: Answer,
  sql = 'select ?',
  params: string[] = ['hunter2'],
): Promise<PerSQLError> {
  await using server = await scriptedServer(answer)
  const database = new PerSQL({ token: TOKEN, baseURL: server.url, maxRetries: 0, timeout: 200 }).database(
    'a/b',
  )
  const error: unknown = await database.query(sql, params).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(PerSQLError)
  return error as PerSQLError
}

test('gives the status, the text and the detail of SQL that failed', async () => {
  const detail = {
    kind: 'unique_violation',
    message: 'UNIQUE constraint failed: t.a, t.b',
    table: 't',
    columns: [
      { table: 't', column: 'a' },
      { table: 't', column: 'b' },
    ],
    hint: 'Use ON CONFLICT.',
  }
  const error = await errorOf(failure(400, detail.message, { errorDetail: detail }))
  expect(error).toMatchObject({
    name: 'PerSQLError',
    code: 'api',
    status: 400,
    message: detail.message,
    detail,
  })
})

test.each([401, 402, 403, 404, 409, 413, 500, 503])('gives status %i with its text', async (status) => {
  const error = await errorOf(failure(status, 'the reason'))
  expect(error).toMatchObject({ status, message: 'the reason', code: 'api' })
  expect(error.detail).toBeUndefined()
})

test.each([
  ['an HTML page', html(404)],
  ['JSON that is no object', json(404, null)],
  ['JSON of somebody else', json(404, { error: { code: 7 }, errorDetail: 'x' })],
])('falls back to the status for %s', async (_, answer) => {
  expect(await errorOf(answer)).toMatchObject({ status: 404, message: 'HTTP 404' })
})

test('rejects with ApprovalRequiredError where a person has to approve', async () => {
  const hits = [{ tableGlob: 'orders*', action: 'require_approval', matchedTable: 'orders', note: null }]
  const approval = {
    approvalToken: 'appr_1',
    approvalUrl: 'https://example.com/approve',
    hits,
    expiresAt: 'soon',
  }
  const error = await errorOf(failure(403, 'Approval required', approval))
  expect(error).toBeInstanceOf(ApprovalRequiredError)
  expect(error).toMatchObject({ name: 'ApprovalRequiredError', status: 403, ...approval })
})

test('has only PerSQLErrors', async () => {
  const error = await errorOf(failure(429, 'Slow down'))
  expect(error).toBeInstanceOf(RateLimitError)
  expect((error as RateLimitError).retryAfter).toBeUndefined()
})

const told = (text: string) => ({ errorDetail: { kind: 'unknown', message: text, near: text, hint: text } })

test.each<[string, Answer]>([
  ['an echo of both', failure(400, `near "hunter2" by ${TOKEN}`, told(`hunter2 ${TOKEN}`))],
  ['a lost reply', lost],
  ['a reply that is cut short', cut],
  ['no reply', silent],
  ['status 429', failure(429, `hunter2 ${TOKEN}`)],
  ['an approval', failure(403, `hunter2 ${TOKEN}`, { approvalToken: TOKEN, approvalUrl: 'x' })],
])('shows neither token nor parameters for %s', async (_, answer) => {
  const error = await errorOf(answer)
  const shown = `${inspect(error, { depth: 10, showHidden: true })} ${JSON.stringify(error)} ${error.stack}`
  expect(shown).not.toContain('hunter2')
  expect(shown).not.toContain(TOKEN)
})

test('shows no part of a parameter that the server quotes', async () => {
  const message = 'no such column: hunter2'
  const errorDetail = { kind: 'unknown_column', message, column: 'hunter2' }
  const sql = 'select * from f where f match ?'
  const error = await errorOf(failure(400, message, { errorDetail }), sql, ['hunter2:x'])
  expect(`${inspect(error, { depth: 10, showHidden: true })} ${error.stack}`).not.toContain('hunter2')
  expect(error.detail?.kind).toBe('unknown_column')
})

test('keeps names that the SQL itself shows', async () => {
  const error = await errorOf(failure(400, 'no such table: users'), 'select * from users where k = ?', [
    'users',
  ])
  expect(error.message).toBe('no such table: users')
})

test('shows no token that cannot be used', () => {
  const shown = (() => {
    try {
      return new PerSQL({ token: 'very\nsecret', baseURL: 'https://a:secret@b' })
    } catch (error) {
      return inspect(error)
    }
  })()
  expect(shown).not.toContain('secret')
})

test('shows no token when it is printed itself', () => {
  const persql = new PerSQL({ token: TOKEN })
  expect(inspect([persql, persql.database('a/b')], { depth: 10, showHidden: true })).not.toContain(TOKEN)
})
