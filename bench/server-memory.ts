/**
 * Whether the memory of the server stays flat: `node bench/server-memory.ts [--requests 1000000]`.
 *
 * Sessions on several databases read, append and, once they have grown, are cleared. Prints the resident memory of
 * the server and of its workers ten times on the way, and ends with status 1 where it grew.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { persqlDriver } from '@persql/driver-persql'
import { PerSQLSession } from '@persql/openai-agents'
import { TURN } from './items.ts'
import { median } from './median.ts'
import { NAMESPACE, persqlClient, startPersqlServer } from './systems/remote-persql.ts'

const DATABASES = 8
const SESSIONS = 16
/** Turns after which a session is cleared. */
const TURNS = 50
const CHECKPOINTS = 10
/** How much more the last checkpoints may show than the first ones. */
const MOST_GROWTH = 1.1

const { values } = parseArgs({ options: { requests: { type: 'string', default: '1000000' } } })
const total = Number(values.requests)

const folder = mkdtempSync(join(import.meta.dirname, 'tmp-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
process.on('SIGINT', () => process.exit(130))

const server = await startPersqlServer(folder)
const client = persqlClient(server.url)
const drivers = Array.from({ length: DATABASES }, (_, index) =>
  persqlDriver(client.database(NAMESPACE, `memory-${index}`)),
)

console.log('requests   server   workers')
// The first tenth fills caches and is not counted.
await makeRequests(total / CHECKPOINTS)
const memory: number[] = []
for (let checkpoint = 1; checkpoint < CHECKPOINTS; checkpoint++) {
  await makeRequests(total / CHECKPOINTS)
  const workers = childrenOf(server.pid).map(residentMiB)
  const own = residentMiB(server.pid)
  memory.push(own + workers.reduce((sum, one) => sum + one, 0))
  const requests = (total / CHECKPOINTS) * (checkpoint + 1)
  console.log(`${requests.toFixed(0).padStart(8)} ${own.toFixed(0).padStart(5)} MiB   ${mebibytes(workers)}`)
}

for (const driver of drivers) await driver.close()
await client.close()
await server.close()

const growth = median(memory.slice(-3)) / median(memory.slice(0, 3))
const isFlat = growth <= MOST_GROWTH
console.log(`The last third to the first: ${growth.toFixed(2)} times. Flat: ${isFlat ? 'yes' : 'NO'}`)
process.exitCode = isFlat ? 0 : 1

async function makeRequests(count: number): Promise<void> {
  let left = count
  await Promise.all(
    Array.from({ length: SESSIONS }, async (_, index) => {
      const id = `session-${index}`
      const driver = drivers[index % DATABASES]!
      for (let turn = 1; left > 0; turn++, left -= 2) {
        const session = new PerSQLSession(id, driver)
        await session.getItems()
        await session.addItems(TURN)
        if (turn % TURNS !== 0) continue
        await session.clearSession()
        left -= 1
      }
    }),
  )
}

function residentMiB(pid: number): number {
  const pages = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]
  return (Number(pages) * 4096) / 2 ** 20
}

function childrenOf(pid: number): number[] {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return pids.split(' ').filter(Boolean).map(Number)
}

function mebibytes(values: readonly number[]): string {
  return values.map((value) => `${value.toFixed(0)} MiB`).join(', ')
}
