import { SessionStore } from '@persql/session-core'
import { postgresDriver } from '../../src/index.ts'

// One of several processes on one session: `append <name> <count>` adds triples, `pop <count>` prints what it got.
const [, , url = '', what, ...rest] = process.argv
const driver = postgresDriver({ url, connection: { max: 2 } })
const store = new SessionStore<Record<string, unknown>>(driver)

if (what === 'append') {
  const [name, count] = rest
  for (let n = 0; n < Number(count); n++) {
    await store.append('shared', [
      { name, n, part: 0 },
      { name, n, part: 1 },
      { name, n, part: 2 },
    ])
  }
} else {
  const popped: unknown[] = []
  for (let n = 0; n < Number(rest[0]); n++) popped.push((await store.pop('shared')) ?? null)
  console.log(JSON.stringify(popped))
}
await driver.close()
