import { z } from '@hono/zod-openapi'
import type { DeletedResponse, MergedBranch, QueryRequest } from '@persql/sdk/protocol'
import { expect, test } from 'vitest'
import type { RouteOptions } from '../src/http/routes/add-route.ts'
import { createdToken, me } from '../src/http/routes/answer-schemas.ts'
import type { Fields } from '../src/http/routes/wire-fields.ts'

// The compiler runs these: a line that compiles although an error is expected fails `check`.

test('a schema has the fields of its shape in the protocol, no more and no less', () => {
  const bodies: readonly Fields<QueryRequest>[] = [
    { sql: z.string(), params: z.array(z.string()), readOnly: z.boolean().optional() },
    // @ts-expect-error: one is missing, if only an optional one
    { sql: z.string(), params: z.array(z.string()) },
    // @ts-expect-error: one is of another type
    { sql: z.string(), params: z.array(z.date()), readOnly: z.boolean() },
    // @ts-expect-error: there is one more
    { sql: z.string(), params: z.array(z.string()), readOnly: z.boolean(), name: z.string() },
    // @ts-expect-error: one may be left out that the protocol promises
    { sql: z.string().optional(), params: z.array(z.string()), readOnly: z.boolean() },
  ]
  expect(bodies).toHaveLength(5)
})

test('a route answers what the protocol has under its name', () => {
  const data: readonly [
    RouteOptions<'me'>['data'],
    RouteOptions<'createToken'>['data'],
    RouteOptions<'listTokens'>['data'],
    RouteOptions<'revokeToken'>['data'],
  ] = [
    me,
    createdToken,
    z.array(createdToken),
    // @ts-expect-error: the data of another call
    me,
  ]
  // @ts-expect-error: nor does the data itself
  const answer: DeletedResponse | MergedBranch = { deleted: 1 }
  expect([data.length, answer]).toEqual([4, { deleted: 1 }])
})
