// Many sessions at once on one server: does it fail or lose anything, and how long do turns take?
//
//   node bench/load.ts                                        200 sessions on 50 databases for a minute
//   node bench/load.ts --turns 2000                           until so many turns are done
//   node bench/load.ts --sessions 20 --databases 5 --seconds 10
//
// Ends with status 1 where a call failed or an item is missing, doubled, changed or out of its order.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import type { AgentInputItem } from '@openai/agents-core'
import { persqlDriver } from '@persql/driver-persql'
import { PerSQLSession } from '@persql/openai-agents'
import { NAMESPACE, persqlClient, startPersqlServer } from './systems/remote-persql.ts'

/** Then a session begins another conversation, as the user of a chat would. */
const TURNS_PER_CONVERSATION = 25
const ITEMS_PER_TURN = 4
const TEXT = 'The parcel left the warehouse on Tuesday and was scanned twice. '.repeat(8)

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '200' },
    databases: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '60' },
    turns: { type: 'string' },
  },
})
const sessions = Number(values.sessions)
const databases = Number(values.databases)
const mostTurns = values.turns === undefined ? Number.POSITIVE_INFINITY : Number(values.turns)

interface Conversation {
  readonly id: string
  readonly database: number
  turns: number
}

// Beside the project: the usual folder for temporary files is often in memory, where an fsync costs nothing.
const folder = mkdtempSync(join(import.meta.dirname, 'tmp-'))
const server = await startPersqlServer(folder)
// Nothing is tried again, so that no error stays unseen.
const persql = persqlClient(server.url, { maxRetries: 0, timeout: 60_000 })
const drivers = Array.from({ length: databases }, (_, n) =>
  persqlDriver(persql.database(NAMESPACE, `db-${n}`)),
)
const conversations: Conversation[] = []
const times: number[] = []
const errors: unknown[] = []
const wrong: string[] = []

let started = 0
const begin = performance.now()
const end = values.turns === undefined ? begin + Number(values.seconds) * 1000 : Number.POSITIVE_INFINITY
let seconds = 0
try {
  await Promise.all(Array.from({ length: sessions }, (_, user) => chat(user)))
  seconds = (performance.now() - begin) / 1000
  for (const conversation of conversations) await verify(conversation)
} finally {
  await Promise.all(drivers.map((driver) => driver.close()))
  await server.close()
  rmSync(folder, { recursive: true })
}

times.sort((a, b) => a - b)
const report = {
  sessions,
  databases,
  seconds: round(seconds),
  turns: times.length,
  items: times.length * ITEMS_PER_TURN,
  turnsPerSecond: round(times.length / seconds),
  p50Ms: round(times[Math.floor(times.length * 0.5)] ?? 0),
  p99Ms: round(times[Math.floor(times.length * 0.99)] ?? 0),
  errors: errors.length,
  wrongConversations: wrong.length,
}
console.log(JSON.stringify(report, undefined, 2))
if (errors.length > 0) console.error(errors[0])
if (wrong.length > 0) console.error(`Not what was written: ${wrong.slice(0, 5).join(', ')}`)
process.exitCode = errors.length + wrong.length > 0 ? 1 : 0

/** One turn after the other, as the runner of an agent does: read the history, then append what the run added. */
async function chat(user: number): Promise<void> {
  for (let count = 0; performance.now() < end && started < mostTurns; count++) {
    const conversation = { id: `user-${user}-${count}`, database: user % databases, turns: 0 }
    conversations.push(conversation)
    for (let turn = 0; turn < TURNS_PER_CONVERSATION; turn++) {
      if (performance.now() >= end || started >= mostTurns) return
      started += 1
      const at = performance.now()
      try {
        const session = sessionOf(conversation)
        const history = await session.getItems()
        await session.addItems(itemsOf(conversation.id, turn))
        times.push(performance.now() - at)
        conversation.turns += 1
        if (history.length !== turn * ITEMS_PER_TURN) wrong.push(conversation.id)
      } catch (error) {
        errors.push(error)
        return
      }
    }
  }
}

async function verify(conversation: Conversation): Promise<void> {
  const { id, turns } = conversation
  const expected = Array.from({ length: turns }, (_, turn) => itemsOf(id, turn)).flat()
  const items = await sessionOf(conversation).getItems()
  if (!isDeepStrictEqual(items, expected)) wrong.push(id)
}

function sessionOf({ id, database }: Conversation): PerSQLSession {
  return new PerSQLSession(id, drivers[database]!)
}

function itemsOf(id: string, turn: number): AgentInputItem[] {
  return Array.from({ length: ITEMS_PER_TURN }, (_, part) => ({
    role: 'user',
    content: `${id} ${turn} ${part} ${TEXT}`,
  }))
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
