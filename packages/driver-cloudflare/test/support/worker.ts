import { DurableObject } from 'cloudflare:workers'
import type { D1Database, DurableObjectStorage } from '@cloudflare/workers-types'
import { describeMemoryStore } from '@persql/context/testing'
import { SessionStore } from '@persql/session-core'
import { describeSqlDriver } from '@persql/session-core/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { d1Driver, durableObjectDriver } from '../../src/index.ts'
import { names, runTest } from './collected-tests.ts'
import { engineCases } from './engine-cases.ts'
import { sessionTests } from './session-tests.ts'

// The whole kit inside the engine that runs in production. Each test asks for databases that are new to it.

const BEYOND = [
  {
    test: 'takes and gives integers beyond 2^53 as bigints',
    because: 'they arrive rounded, so they are refused',
  },
  { test: 'gives back a text of five million characters', because: 'a value has at most two million bytes' },
  {
    test: 'refuses with readOnly what writes within a statement that reads',
    because: 'there is no FTS4; the rest is in the tests of this package',
  },
  { test: 'tells with readOnly about tables and settings', because: 'most pragmas are not allowed' },
]

let env: { readonly [name: string]: unknown }
let storage: DurableObjectStorage
const locations: string[] = []

function d1At(location: string) {
  if (!locations.includes(location)) locations.push(location)
  return d1Driver(env[`DB${locations.indexOf(location)}`] as D1Database)
}

describeSqlDriver({
  name: 'D1',
  create: d1At,
  except: [
    ...BEYOND,
    { test: 'says which statement failed', because: 'D1 does not tell' },
    { test: 'names the columns of an empty result', because: 'D1 tells them for a statement alone' },
  ],
})

describeSqlDriver({
  name: 'Durable Object',
  create: () => durableObjectDriver(storage),
  except: BEYOND,
})

describeMemoryStore({ name: 'D1', create: d1At })
describeMemoryStore({ name: 'Durable Object', create: () => durableObjectDriver(storage) })

describe('D1, the engine', () => {
  let database: D1Database
  let count = 0
  beforeEach(() => {
    count += 1
    database = env[`OTHER${count}`] as D1Database
  })
  engineCases((readOnly) => d1Driver(database, { readOnly }))
  sessionTests(() => d1Driver(database))

  test('reads in a session what it has written, and goes on from its bookmark', async () => {
    const session = database.withSession('first-primary')
    await new SessionStore(d1Driver(session)).append('s', [{ n: 1 }])
    const later = new SessionStore(d1Driver(database, { bookmark: session.getBookmark()! }))
    expect(await later.read('s')).toEqual([{ n: 1 }])
    await later.append('s', [{ n: 2 }])
    expect(await later.read('s')).toEqual([{ n: 1 }, { n: 2 }])
    expect(() => d1Driver(session, { bookmark: 'first-primary' })).toThrow('not with a session')
  })

  test('refuses to read in a batch what D1 would give in another order', async () => {
    const batch = [{ sql: "select 'a' as b, 2" }, { sql: 'select 1 as a' }]
    await expect(d1Driver(database).batch(batch, { readOnly: true })).rejects.toMatchObject({
      code: 'INVALID_STATEMENT',
      statementIndex: 0,
    })
    const [alone] = await d1Driver(database).batch([batch[0]!], { readOnly: true })
    expect(alone).toMatchObject({ columns: ['b', '2'], rows: [['a', 2]] })
  })
})

describe('Durable Object, the engine', () => {
  engineCases((readOnly) => durableObjectDriver(storage, { readOnly }))
  sessionTests(() => durableObjectDriver(storage))

  test('undoes a change whose answer cannot be exact', async () => {
    const driver = durableObjectDriver(storage)
    await driver.batch([{ sql: 'create table t (a)' }])
    const batch = [{ sql: 'insert into t values (9007199254740993) returning a' }, { sql: 'select 1' }]
    await expect(driver.batch(batch)).rejects.toMatchObject({ code: 'SQL_ERROR', statementIndex: 0 })
    await expect(driver.batch(batch.slice(0, 1))).rejects.toMatchObject({ code: 'SQL_ERROR' })
    expect((await driver.batch([{ sql: 'select count(*) from t' }]))[0]?.rows).toEqual([[0]])
  })
})

export class Kit extends DurableObject {
  async run(name: string): Promise<string> {
    storage = this.ctx.storage
    return runTest(name)
  }
}

interface Namespace {
  idFromName(name: string): unknown
  get(id: unknown): Kit
}

export default {
  async fetch(request: Request, given: typeof env & { readonly KIT: Namespace }): Promise<Response> {
    const name = decodeURIComponent(new URL(request.url).pathname.slice(1))
    if (name === '') return Response.json(names())
    env = given
    const isInside = name.startsWith('Durable Object')
    return new Response(
      await (isInside ? given.KIT.get(given.KIT.idFromName(name)).run(name) : runTest(name)),
    )
  },
}
