/**
 * Where the time of a turn on a file goes: `node bench/turn-cost.ts [slices]` prints the median time of a read and of an
 * append with nothing stored, of hand-written SQL and of what stands on it, layer by layer. All take turns.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQLSession } from '@persql/openai-agents'
import { SessionStore } from '@persql/session-core'
import { createDatabase } from './database-files.ts'
import { TURN } from './items.ts'
import { median } from './median.ts'
import { openStore } from './systems/raw.ts'
import type { StoreSession } from './systems/store.ts'
import { table } from './table.ts'

type Layer = (id: string) => Pick<StoreSession, 'getItems' | 'addItems'>

const SLICES = Number(process.argv[2] ?? 250)
// Until the compiler has optimized every layer.
const WARM_UP = 700
const TURNS = 8

const READ = 'SELECT message_data FROM agent_messages WHERE session_id = ? ORDER BY id'
const TOUCH = `INSERT INTO agent_sessions (session_id) VALUES (?)
  ON CONFLICT (session_id) DO UPDATE SET updated_at = CURRENT_TIMESTAMP`
const INSERT = 'INSERT INTO agent_messages (session_id, message_data) VALUES (?, ?), (?, ?), (?, ?), (?, ?)'

// Beside the project, because the folder for temporary files is often in memory, where an fsync costs nothing.
const folder = mkdtempSync(join(import.meta.dirname, 'tmp-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const layers: Record<string, Layer> = {
  'hand-written SQL': openStore(await database('raw', false)).session,
  'with the triggers of marks': openStore(await database('triggers', true)).session,
  'through the driver': throughDriver(await database('driver', true)),
  'through SessionStore': throughStore(await database('store', true)),
  'through PerSQLSession': throughSession(await database('session', true)),
}
const times = Object.fromEntries(
  Object.keys(layers).map((name) => [name, { read: [] as number[], append: [] as number[] }]),
)
const names = Object.keys(layers)
for (let slice = 0; slice < WARM_UP + SLICES; slice++) {
  for (let place = 0; place < names.length; place++) {
    const name = names[(place + slice) % names.length]!
    for (let turn = 0; turn < TURNS; turn++) {
      const id = `session-${slice}-${turn}`
      const start = performance.now()
      await layers[name]!(id).getItems()
      const between = performance.now()
      await layers[name]!(id).addItems(TURN)
      const end = performance.now()
      if (slice < WARM_UP) continue
      times[name]!.read.push(between - start)
      times[name]!.append.push(end - between)
    }
  }
}
const microseconds = (values: number[]) => `${(median(values) * 1000).toFixed(0)} µs`
const rows = Object.entries(times).map(([name, { read, append }]) => [
  name,
  microseconds(read),
  microseconds(append),
])
console.log(table(['a turn with nothing stored', 'read', 'append of 4'], rows))

/** An empty one; with marks as a session makes them. */
async function database(name: string, hasMarks: boolean): Promise<string> {
  const file = join(folder, `${name}.db`)
  createDatabase(file, [])
  if (!hasMarks) return file
  const driver = betterSqlite3Driver(file)
  await new SessionStore(driver).read('nobody')
  await driver.close()
  return file
}

function throughDriver(file: string): Layer {
  const driver = betterSqlite3Driver(file)
  return (id) => ({
    async getItems() {
      const [result] = await driver.batch([{ sql: READ, params: [id] }], { readOnly: true })
      return result!.rows.map(([text]) => JSON.parse(text as string) as unknown)
    },
    async addItems(items) {
      const params = items.flatMap((item) => [id, JSON.stringify(item)])
      await driver.batch([
        { sql: TOUCH, params: [id] },
        { sql: INSERT, params },
      ])
    },
  })
}

function throughStore(file: string): Layer {
  const store = new SessionStore(betterSqlite3Driver(file))
  return (id) => ({
    getItems: () => store.read(id),
    addItems: (items) => store.append(id, items),
  })
}

function throughSession(file: string): Layer {
  const driver = betterSqlite3Driver(file)
  return (id) => new PerSQLSession(id, driver)
}
