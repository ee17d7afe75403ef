import fc from 'fast-check'
import { afterAll, beforeAll, expect } from 'vitest'
import { fuzz } from './support/fuzz.ts'
import { statement } from './support/sql.ts'
import { CALLERS, type Caller, startWorld, type World } from './support/world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
}, 60_000)

afterAll(() => world?.close())

const request = fc.record({
  caller: fc.constantFrom<Caller>(...CALLERS),
  statements: fc.array(statement, { minLength: 1, maxLength: 4 }),
  call: fc.constantFrom('query', 'batch', 'transaction', 'explain', 'validate'),
  readOnly: fc.boolean(),
})

fuzz(
  'no statement shows or changes what its token does not reach',
  request,
  async ({ caller, statements, call, readOnly }) => {
    const answer = await world.send(caller, call, statements, readOnly)
    expect(await world.findings(caller, readOnly, answer)).toEqual([])
  },
)
